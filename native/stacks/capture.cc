// The hot path: a stack at any malloc, as an id.
//
// V8's stack walk for profilers reads the isolate's own thread-local record of its innermost entry into and exit from
// JavaScript, checks every frame pointer against the bounds of the stack, and touches no heap object; so it holds in a
// collection, in compiled, regexp and WebAssembly code, before any JavaScript runs and after the last.
#include "hooks/unwind.h"
#include "stacks/code_map.h"
#include "stacks/stack_table.h"
#include "stacks/stacks.h"

namespace memspec::stacks {
namespace {

// Fills `keys` after `used`; false when deeper than what fits.
int AppendJavaScript(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap& code, const hooks::CallSite& site,
                     FrameKey* keys, int used, bool& truncated) {
  // The walk starts from registers of this thread: it means nothing for an isolate that is not entered here.
  if (v8::Isolate::TryGetCurrent() != isolate) return used;
  v8::RegisterState registers;
  registers.pc = site.caller;
  registers.sp = site.stack_pointer;
  registers.fp = site.frame_pointer;
  void* addresses[kWalkLimit];
  v8::SampleInfo info;
  info.frames_count = 0;
  isolate->GetStackSample(registers, addresses, kWalkLimit, &info);
  for (std::size_t i = 0; i < info.frames_count; ++i) {
    const auto address = reinterpret_cast<std::uintptr_t>(addresses[i]);
    // V8 11 lists the entries of C++ callbacks among the frames: native ones, of which only the innermost is wanted.
    if (hooks::RuleAt(address + 1).code == hooks::UnwindRule::Code::kObjects) continue;
    if (used == kMaxFrames) {
      truncated = true;
      break;
    }
    const CodePlace place = code.Find(guard, address);
    // Of code that nobody has told of yet: not a return address.
    keys[used++] = place.id == CodeId::kNone ? FrameKey::Native(reinterpret_cast<void*>(address + 1)) : FrameKey::Code(place);
  }
  return used;
}

}  // namespace

StackId CaptureJavaScript(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap& code, const hooks::CallSite& site) {
  FrameKey keys[kMaxFrames];
  keys[0] = FrameKey::Native(site.caller);
  bool truncated = false;
  const int count = AppendJavaScript(guard, isolate, code, site, keys, 1, truncated);
  return Intern(guard, {keys, static_cast<std::size_t>(count)}, {.truncated = truncated});
}

StackId CaptureHeapAllocation(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap& code,
                              const hooks::CallSite& site) {
  FrameKey keys[kMaxFrames];
  bool truncated = false;
  const int count = AppendJavaScript(guard, isolate, code, site, keys, 0, truncated);
  if (count > 0 && !keys[0].is_native()) {
    const CodePlace innermost = keys[0].code();
    if (RecordOf(innermost.id).kind == CodeKind::kBytecode) {
      keys[0] = FrameKey::Code(code.InterpretedPlace(guard, site.frame_pointer, innermost));
    }
  }
  return Intern(guard, {keys, static_cast<std::size_t>(count)}, {.truncated = truncated});
}

StackId CaptureNative(const RecursionGuard& guard, const hooks::CallSite& site) {
  const FrameKey key = FrameKey::Native(site.caller);
  return Intern(guard, {&key, 1}, {});
}

}  // namespace memspec::stacks
