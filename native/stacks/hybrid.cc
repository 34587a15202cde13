// The hot path of hybrid stacks: native frames by unwinding, JavaScript's by V8's own walk, joined.
//
// The join. V8's walk gives, for each JavaScript frame from the innermost on, one address: of interpreted code the bytecode, which is
// computed from two slots of the frame; of machine code the frame's program counter. Our walk comes through the same frames, and through V8's own frames between
// them (exits, entries, trampolines). So each frame of ours that lies in V8's machine code is asked whether it would give the next address that V8 gave. A frame
// that would is that frame, or one which V8 would have listed too: both walks go outward, and V8 leaves out no JavaScript frame.
// When V8's list has come to its end, every frame has been found, and the join is proven. Where it has not, native frames that were met after the last match may be in
// a wrong place: they are taken back, JavaScript's remaining frames follow, and the stack is marked.
#include <algorithm>

#include "base/thread_stack.h"
#include "hooks/unwind.h"
#include "stacks/code_map.h"
#include "stacks/stack_table.h"
#include "stacks/stacks.h"

namespace memspec::stacks {
namespace {

constexpr int kWalkLimit = kMaxHybridFrames + 1;  // one more than is kept, so that a deeper stack shows
// V8's own frames are not kept, so there may be more of all frames than of those that are.
constexpr int kMaxSteps = 4 * kMaxHybridFrames;
// JavaScript frames whose machine frame was not seen (a builtin without a frame of its own stood upon it).
constexpr std::size_t kMaxUnseen = 2;

// Slots of an interpreter's frame, below its frame pointer.
constexpr std::uintptr_t kBytecodeArraySlot = 32, kBytecodeOffsetSlot = 40;

std::uintptr_t AddressOf(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

class HybridWalk {
 public:
  HybridWalk(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap* code, const hooks::CallSite& site)
      : guard_(guard), code_(code), frame_(hooks::FrameOf(site)) {
    // V8's walk starts from registers of this thread: it means nothing for an isolate that is not entered here.
    if (isolate == nullptr || v8::Isolate::TryGetCurrent() != isolate) {
      code_ = nullptr;
    } else {
      AskEngine(isolate, site);
    }
    const ThreadStack stack = StackOfThread(frame_.stack_pointer);
    stack_ = {frame_.stack_pointer, stack.high};
    if (stack.high == 0) stack_ = {0, 0};
  }

  StackId Run() {
    Walk();
    Finish();
    return Intern(guard_, {keys_, count_}, marks_);
  }

 private:
  using Rule = hooks::UnwindRule;

  void AskEngine(v8::Isolate* isolate, const hooks::CallSite& site) {
    v8::RegisterState registers;
    registers.pc = site.caller;
    registers.sp = site.stack_pointer;
    registers.fp = site.frame_pointer;
    v8::SampleInfo info;
    info.frames_count = 0;
    isolate->GetStackSample(registers, javascript_, kWalkLimit, &info);
    for (std::size_t i = 0; i < info.frames_count; ++i) {
      // V8 11 lists the entries of C++ callbacks among the frames: for us those are native frames.
      const auto address = reinterpret_cast<std::uintptr_t>(javascript_[i]);
      if (hooks::RuleAt(address + 1).code != Rule::Code::kObjects) javascript_[javascript_count_++] = javascript_[i];
    }
  }

  void Walk() {
    for (int step = 0; step < kMaxSteps && !marks_.truncated; ++step) {
      const Rule rule = hooks::RuleAt(frame_.return_address);
      if (rule.code == Rule::Code::kObjects) {
        LeaveJavaScript();
        Add(FrameKey::Native(reinterpret_cast<void*>(frame_.return_address)));
      } else if (rule.code == Rule::Code::kBuiltins || IsEngineCode()) {
        EngineFrame(rule.code == Rule::Code::kBuiltins);
      } else {
        LeaveJavaScript();
        Add(FrameKey::Native(reinterpret_cast<void*>(frame_.return_address)));
        return;  // somebody else's generated code: nobody knows how to leave it
      }
      // By convention the first function of the program has a frame pointer of 0.
      if (rule.base == Rule::Base::kOutermost || (rule.base == Rule::Base::kFramePointer && frame_.frame_pointer == 0)) {
        reached_end_ = true;
        return;
      }
      if (!hooks::Follow(frame_, rule, stack_)) return;
    }
  }

  // Of an isolate that nobody listens to, what builtins were called by is its code, too.
  bool IsEngineCode() { return code_ != nullptr ? code_->Owns(guard_, frame_.return_address) : in_javascript_; }

  void EngineFrame(bool builtin) {
    in_javascript_ = true;
    const std::size_t last = std::min(javascript_count_, next_ + 1 + kMaxUnseen);
    for (std::size_t i = next_; i < last; ++i) {
      if (!IsFrameOf(AddressOf(javascript_[i]))) continue;
      // What was passed over is of this run of JavaScript, or else of an earlier one since the last match.
      if (i > next_ && runs_left_ != 0) marks_.native_missing = true;
      while (next_ <= i) AddJavaScript();
      doubtful_from_ = kNowhere;
      matched_ = true;
      runs_left_ = 0;
      return;
    }
    if (builtin) return;
    if (code_ == nullptr) return Add(FrameKey::Native(reinterpret_cast<void*>(frame_.return_address)));
    const CodePlace place = code_->Find(guard_, frame_.return_address);
    if (place.id != CodeId::kNone && RecordOf(place.id).kind == CodeKind::kWasm) Add(FrameKey::Code(place));
  }

  // A run of JavaScript ends here. If V8's next frame was not in it, it may have been missed: what follows is in doubt until that frame is found.
  void LeaveJavaScript() {
    if (!in_javascript_) return;
    if (!matched_ && doubtful_from_ == kNowhere) doubtful_from_ = count_;
    in_javascript_ = matched_ = false;
    ++runs_left_;
  }

  bool IsFrameOf(std::uintptr_t address) const {
    if (address == frame_.return_address) return true;
    const std::uintptr_t fp = frame_.frame_pointer;
    if (fp % sizeof(void*) != 0 || fp - kBytecodeOffsetSlot < stack_.begin || fp >= stack_.end || fp < kBytecodeOffsetSlot) return false;
    const auto array = *reinterpret_cast<const std::uintptr_t*>(fp - kBytecodeArraySlot);
    const auto offset = *reinterpret_cast<const std::uintptr_t*>(fp - kBytecodeOffsetSlot);
    return array + (offset >> 32) == address && static_cast<std::uint32_t>(offset) == 0;
  }

  void Add(FrameKey key) {
    if (count_ == kMaxHybridFrames) {
      marks_.truncated = true;
    } else {
      keys_[count_++] = key;
    }
  }

  void AddJavaScript() {
    const std::uintptr_t address = AddressOf(javascript_[next_++]);
    const CodePlace place = code_->Find(guard_, address);
    Add(place.id == CodeId::kNone ? FrameKey::Native(reinterpret_cast<void*>(address + 1)) : FrameKey::Code(place));
  }

  void Finish() {
    if (marks_.truncated) return;
    if (next_ < javascript_count_) {
      marks_.native_missing = true;
      if (doubtful_from_ != kNowhere) count_ = doubtful_from_;
      while (next_ < javascript_count_) AddJavaScript();
    } else if (!reached_end_) {
      marks_.truncated = true;
    }
  }

  static constexpr std::size_t kNowhere = ~std::size_t{0};

  const RecursionGuard& guard_;
  CodeMap* code_;
  hooks::Frame frame_;
  hooks::AddressRange stack_;
  void* javascript_[kWalkLimit];  // as V8 gave them, innermost first
  std::size_t javascript_count_ = 0;
  std::size_t next_ = 0;  // V8's next frame that was not found yet
  FrameKey keys_[kMaxHybridFrames];
  std::size_t count_ = 0;
  bool in_javascript_ = false, matched_ = false, reached_end_ = false;
  int runs_left_ = 0;  // runs of JavaScript since the last match
  std::size_t doubtful_from_ = kNowhere;  // from this key on, frames may stand before a JavaScript frame that was missed
  StackMarks marks_;
};

}  // namespace

StackId CaptureHybrid(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap* code, const hooks::CallSite& site) {
  return HybridWalk(guard, isolate, code, site).Run();
}

}  // namespace memspec::stacks
