// The hot path of hybrid stacks: native frames by unwinding, JavaScript's by V8's own walk, joined.
//
// The join. V8's walk gives, for each JavaScript frame from the innermost on, one address: of interpreted code the bytecode, which is
// computed from two slots of the frame; of machine code the frame's program counter. Our walk comes through the same frames, and through V8's own frames between
// them (exits, entries, trampolines). So each frame of ours that lies in V8's machine code is asked whether it would give the next address that V8 gave. A frame
// that would is that frame, or one which V8 would have listed too: both walks go outward, and V8 leaves out no JavaScript frame.
// When V8's list has come to its end, every frame has been found, and the join is proven. Where it has not, native frames that were met after the last match may be in
// a wrong place: they are taken back, JavaScript's remaining frames follow, and the stack is marked.
#include <algorithm>

#include <v8-version.h>

#include "base/address.h"
#include "base/thread_stack.h"
#include "hooks/object_map.h"
#include "hooks/unwind.h"
#include "stacks/code_map.h"
#include "stacks/stack_table.h"
#include "stacks/stacks.h"
#include "stacks/walk_memory.h"

namespace memspec::stacks {
namespace {

// The words that a walk read tell whether a later one would read the same. Seen to be so on V8 11. On V8 14 some stacks of
// torture.test.ts differed, why is not known; 12 and 13 have not been tried: there each is walked.
constexpr bool kWordsTell = V8_MAJOR_VERSION <= 11;

// V8's own frames are not kept, so there may be more of all frames than of those that are.
constexpr int kMaxSteps = 4 * kMaxFrames;
// JavaScript frames whose machine frame was not seen (a builtin without a frame of its own stood upon it).
constexpr std::size_t kMaxUnseen = 2;

// V8's walk takes longer than ours for each frame: most stacks are known from the last one but for a few inner frames.
constexpr std::size_t kFirstAsked = 6;

class HybridWalk {
 public:
  HybridWalk(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap* code, const hooks::CallSite& site,
             bool only_javascript)
      : guard_(guard), code_(code), only_javascript_(only_javascript), frame_(hooks::FrameOf(site)) {
    // V8's walk starts from registers of this thread: it means nothing for an isolate that is not entered here.
    if (isolate == nullptr || v8::Isolate::TryGetCurrent() != isolate) code_ = nullptr;
    registers_.pc = site.caller;
    registers_.sp = site.stack_pointer;
    registers_.fp = site.frame_pointer;
    const ThreadStack stack = StackOfThread(frame_.stack_pointer);
    stack_ = {frame_.stack_pointer, stack.high};
    if (stack.high == 0) stack_ = {0, 0};
    if (code_ == nullptr) return;
    last_ = &code_->last_walk();
    next_memory_ = &code_->next_walk();
    next_memory_->steps = 0;
    object_generation_ = hooks::ObjectMapGeneration();
    code_epoch_ = code_->Epoch();
    if (last_->object_generation != object_generation_ || last_->code_epoch != code_epoch_ ||
        last_->only_javascript != only_javascript_) {
      last_->id = StackId::kNone;
    }
  }

  StackId Run() {
    std::uint64_t hash = 0;
    if (kWordsTell && code_ != nullptr) {
      hash = KnownWalks::HashOf(frame_, stack_);
      const StackId known = code_->known_walks().Find(hash, frame_, only_javascript_, object_generation_, code_epoch_);
      if (known != StackId::kNone) return known;
    }
    Walk();
    if (joined_ == kWhole) return last_->id;
    Finish();
    const StackId id = Intern(guard_, {keys_, count_}, marks_);
    Remember(id, hash);
    return id;
  }

 private:
  using Rule = hooks::UnwindRule;

  void Ask(std::size_t limit) {
    v8::SampleInfo info;
    info.frames_count = 0;
    code_->isolate()->GetStackSample(registers_, javascript_, limit, &info);
    // Inside a collection V8 gives no frames: what this stack has for JavaScript's is not what others have that go on from the same place.
    if (info.vm_state == v8::GC) can_remember_ = false;
    javascript_count_ = 0;
    for (std::size_t i = 0; i < info.frames_count; ++i) {
      // V8 11 lists the entries of C++ callbacks among the frames: for us those are native frames.
      const auto address = reinterpret_cast<std::uintptr_t>(javascript_[i]);
      if (hooks::RuleAt(address + 1).code != Rule::Code::kObjects) javascript_[javascript_count_++] = javascript_[i];
    }
    asked_ = limit;
    all_known_ = info.frames_count < limit;
  }
  void AskForNext() {
    if (asked_ == 0) Ask(kFirstAsked);
    if (!all_known_ && asked_ < kWalkLimit && next_ + 1 + kMaxUnseen > javascript_count_) Ask(kWalkLimit);
  }

  void Walk() {
    for (int step = 0; step < kMaxSteps && !marks_.truncated; ++step) {
      if (Join()) return;
      const Rule rule = hooks::RuleAt(frame_.return_address);
      Note(rule);
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
      if (!hooks::Follow(frame_, rule, stack_, &read_)) return;
    }
  }

  // Whether from here on the stack is the last one's: then the rest of that is this one's.
  bool Join() {
    if (code_ == nullptr || last_->id == StackId::kNone || doubtful_from_ != kNowhere || marks_.native_missing) return false;
    while (at_ < last_->steps && last_->step[at_].stack_pointer < frame_.stack_pointer) ++at_;
    if (at_ == last_->steps) return false;
    const WalkStep& step = last_->step[at_];
    if (step.stack_pointer != frame_.stack_pointer || step.return_address != frame_.return_address ||
        step.frame_pointer != frame_.frame_pointer || !SameJavaScript(step) || !SameFrom(*last_, at_)) {
      return false;
    }
    if (next_memory_->steps == 0) {
      joined_ = kWhole;
      return true;
    }
    const std::size_t keys = last_->keys - step.keys_before, javascript = last_->javascript - step.javascript_before;
    if (count_ + keys > kMaxFrames || next_ + javascript > kMaxFrames ||
        next_memory_->steps + last_->steps - at_ > WalkMemory::kMaxSteps) {
      return false;
    }
    std::copy_n(last_->key + step.keys_before, keys, keys_ + count_);
    joined_ = at_;
    joined_keys_ = count_;
    joined_javascript_ = next_;
    count_ += keys;
    next_ = javascript_count_;
    all_known_ = reached_end_ = true;
    if (asked_ == 0) asked_ = 1;  // there is nothing to ask any more
    return true;
  }

  // What V8 gave and was not found yet must be what it gave the last time from this step on.
  bool SameJavaScript(const WalkStep& step) const {
    const std::size_t left = last_->javascript - step.javascript_before;
    if (asked_ == 0) return true;  // no frame of V8's so far
    if (all_known_ && javascript_count_ - next_ != left) return false;
    if (next_ == javascript_count_) return true;
    return left != 0 && javascript_[next_] == last_->javascript_address[step.javascript_before];
  }

  void Note(Rule rule) {
    if (code_ == nullptr || next_memory_->steps == WalkMemory::kMaxSteps) {
      can_remember_ = false;
      return;
    }
    WalkStep& step = next_memory_->step[next_memory_->steps++];
    step = {frame_.return_address, frame_.stack_pointer, frame_.frame_pointer, read_.return_at, read_.frame_pointer_at,
            {}, rule.code != Rule::Code::kObjects && HasSlots(), false, static_cast<std::uint16_t>(count_),
            static_cast<std::uint16_t>(next_)};
    if (!step.has_slots) return;
    step.slots[0] = WordAt(frame_.frame_pointer - kBytecodeArraySlot);
    step.slots[1] = WordAt(frame_.frame_pointer - kBytecodeOffsetSlot);
  }

  void Remember(StackId id, std::uint64_t hash) {
    if (code_ == nullptr) return;
    if (!can_remember_ || marks_ != StackMarks{} || !reached_end_ || next_ > kMaxFrames) {
      last_->id = StackId::kNone;
      return;
    }
    WalkMemory& memory = *next_memory_;
    // V8 reads the slots of the interpreter's frames alone: what others have there may change. Which frames they are is known if each was seen.
    for (std::size_t i = 0; i < memory.steps && !passed_over_; ++i) memory.step[i].has_slots &= memory.step[i].interpreted;
    std::copy_n(keys_, count_, memory.key);
    memory.keys = count_;
    if (joined_ == kNowhere) {
      std::copy_n(javascript_, next_, memory.javascript_address);
      memory.javascript = next_;
    } else {
      AppendLast(memory);
    }
    memory.id = kWordsTell ? id : StackId::kNone;
    memory.object_generation = object_generation_;
    memory.code_epoch = code_epoch_;
    memory.only_javascript = only_javascript_;
    code_->SwapWalks();
    if (kWordsTell && id != StackId::kNone && all_code_is_known_) code_->known_walks().Add(hash, memory);
  }

  void AppendLast(WalkMemory& memory) const {
    const std::size_t keys_before = last_->step[joined_].keys_before, javascript_before = last_->step[joined_].javascript_before;
    std::copy_n(javascript_, joined_javascript_, memory.javascript_address);
    std::copy_n(last_->javascript_address + javascript_before, last_->javascript - javascript_before,
                memory.javascript_address + joined_javascript_);
    memory.javascript = joined_javascript_ + last_->javascript - javascript_before;
    for (std::size_t i = joined_; i < last_->steps; ++i) {
      WalkStep& step = memory.step[memory.steps++];
      step = last_->step[i];
      step.keys_before = static_cast<std::uint16_t>(step.keys_before - keys_before + joined_keys_);
      step.javascript_before = static_cast<std::uint16_t>(step.javascript_before - javascript_before + joined_javascript_);
      // This walk came to it from another frame; the last one may have begun with it, and read nothing.
      if (i == joined_) step.return_at = read_.return_at, step.frame_pointer_at = read_.frame_pointer_at;
    }
  }

  // Of an isolate that nobody listens to, what builtins were called by is its code, too.
  bool IsEngineCode() { return code_ != nullptr ? code_->Owns(guard_, frame_.return_address) : in_javascript_; }

  void EngineFrame(bool builtin) {
    in_javascript_ = true;
    if (code_ != nullptr) AskForNext();
    const std::size_t last = std::min(javascript_count_, next_ + 1 + kMaxUnseen);
    for (std::size_t i = next_; i < last; ++i) {
      if (!IsFrameOf(AddressOf(javascript_[i]))) continue;
      // What was passed over is of this run of JavaScript, or else of an earlier one since the last match.
      if (i > next_ && runs_left_ != 0) marks_.native_missing = true;
      passed_over_ |= i > next_;
      if (can_remember_) next_memory_->step[next_memory_->steps - 1].interpreted = AddressOf(javascript_[i]) != frame_.return_address;
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

  bool HasSlots() const {
    const std::uintptr_t fp = frame_.frame_pointer;
    return fp % sizeof(void*) == 0 && fp >= kBytecodeOffsetSlot && fp - kBytecodeOffsetSlot >= stack_.begin && fp < stack_.end;
  }

  bool IsFrameOf(std::uintptr_t address) const {
    if (address == frame_.return_address) return true;
    if (!HasSlots()) return false;
    const std::uintptr_t array = WordAt(frame_.frame_pointer - kBytecodeArraySlot);
    const std::uintptr_t offset = WordAt(frame_.frame_pointer - kBytecodeOffsetSlot);
    return array + (offset >> 32) == address && static_cast<std::uint32_t>(offset) == 0;
  }

  void Add(FrameKey key) {
    if (!only_javascript_ || count_ == 0 || !key.is_native()) Keep(key);
  }

  void Keep(FrameKey key) {
    if (count_ == kMaxFrames) {
      marks_.truncated = true;
    } else {
      keys_[count_++] = key;
    }
  }

  void AddJavaScript() {
    const std::uintptr_t address = AddressOf(javascript_[next_++]);
    const CodePlace place = code_->Find(guard_, address);
    if (place.id == CodeId::kNone) all_code_is_known_ = false;  // it may be named any moment
    Keep(place.id == CodeId::kNone ? FrameKey::Native(reinterpret_cast<void*>(address + 1)) : FrameKey::Code(place));
  }

  void Finish() {
    if (marks_.truncated) return;
    if (code_ != nullptr && asked_ == 0) Ask(kWalkLimit);
    if (code_ != nullptr && !all_known_ && asked_ < kWalkLimit) Ask(kWalkLimit);
    if (next_ < javascript_count_) {
      marks_.native_missing = true;
      if (doubtful_from_ != kNowhere) count_ = doubtful_from_;
      while (next_ < javascript_count_) AddJavaScript();
    } else if (!reached_end_ && !only_javascript_) {
      marks_.truncated = true;
    }
    // V8's frames are all there, in its order.
    if (only_javascript_) marks_.native_missing = false;
  }

  static constexpr std::size_t kNowhere = ~std::size_t{0}, kWhole = kNowhere - 1;

  const RecursionGuard& guard_;
  CodeMap* code_;
  const bool only_javascript_;
  hooks::Frame frame_;
  hooks::AddressRange stack_;
  void* javascript_[kWalkLimit];  // as V8 gave them, innermost first
  std::size_t javascript_count_ = 0;
  std::size_t next_ = 0;  // V8's next frame that was not found yet
  FrameKey keys_[kMaxFrames];
  std::size_t count_ = 0;
  bool in_javascript_ = false, matched_ = false, reached_end_ = false;
  int runs_left_ = 0;  // runs of JavaScript since the last match
  std::size_t doubtful_from_ = kNowhere;  // from this key on, frames may stand before a JavaScript frame that was missed
  StackMarks marks_;

  v8::RegisterState registers_;
  std::size_t asked_ = 0;  // frames that V8 was asked for; 0: it was not
  bool all_known_ = false;

  WalkMemory* last_ = nullptr;         // the last stack
  WalkMemory* next_memory_ = nullptr;  // this one
  hooks::WordsRead read_;              // where the frame's registers came from
  std::size_t at_ = 0;                 // step of the last stack, not below this one's frame
  std::size_t joined_ = kNowhere;      // step of the last stack from which on this one is the same
  std::size_t joined_keys_ = 0, joined_javascript_ = 0;  // of this stack, inside of it
  bool passed_over_ = false;  // a frame of V8's was not seen as a frame
  bool can_remember_ = true, all_code_is_known_ = true;
  std::uint32_t object_generation_ = 0, code_epoch_ = 0;
};

}  // namespace

StackId CaptureHybrid(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap* code, const hooks::CallSite& site) {
  return HybridWalk(guard, isolate, code, site, false).Run();
}

StackId CaptureRepeated(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap& code, const hooks::CallSite& site) {
  if (!kWordsTell || code.IsFirstOfMany()) return CaptureJavaScript(guard, isolate, code, site);
  return HybridWalk(guard, isolate, &code, site, true).Run();
}

}  // namespace memspec::stacks
