#include "hooks/unwind.h"

#include <atomic>
#include <bit>

#include "hooks/unwind_table.h"

namespace memspec::hooks {
namespace {

constexpr std::uintptr_t kFarthestFrame = 256 * 1024;  // a frame pointer farther up is none

constinit std::atomic<bool> g_engine_has_frame_pointers{true};

// Rules by return address. Two words, written and read without a lock: the first is the address XOR the second, so a
// half-written pair never matches.
struct CachedRule {
  std::atomic<std::uint64_t> check{0}, rule{0};
};
constexpr std::size_t kCacheSize = 2048;
constinit CachedRule g_cache[kCacheSize];

UnwindRule RuleAt(const std::uint8_t* unwind_index, std::uintptr_t return_address) {
  CachedRule& cached = g_cache[(return_address ^ (return_address >> 11)) % kCacheSize];
  // Relaxed: the check word proves that the two belong together.
  const std::uint64_t check = cached.check.load(std::memory_order_relaxed);
  const std::uint64_t known = cached.rule.load(std::memory_order_relaxed);
  if (check != 0 && (check ^ known) == return_address) return std::bit_cast<UnwindRule>(known);
  // The call is before the return address, which may already belong to another row.
  const UnwindRule rule = FindUnwindRule(unwind_index, return_address - 1);
  const auto bits = std::bit_cast<std::uint64_t>(rule);
  cached.rule.store(bits, std::memory_order_relaxed);
  cached.check.store(return_address ^ bits, std::memory_order_relaxed);
  return rule;
}

std::uintptr_t LoadWord(std::uintptr_t address) { return *reinterpret_cast<const std::uintptr_t*>(address); }

bool OnStackAbove(std::uintptr_t address, std::uintptr_t stack_pointer) {
  return address % sizeof(void*) == 0 && address >= stack_pointer && address - stack_pointer < kFarthestFrame;
}

bool StepByFramePointer(Frame& frame) {
  const std::uintptr_t at = frame.frame_pointer;
  if (!OnStackAbove(at, frame.stack_pointer)) return false;
  frame = {LoadWord(at + sizeof(void*)), at + 2 * sizeof(void*), LoadWord(at)};
  return frame.return_address != 0;
}

bool StepByTable(Frame& frame, const std::uint8_t* unwind_index) {
  const UnwindRule rule = RuleAt(unwind_index, frame.return_address);
  if (rule.base == UnwindRule::Base::kUnknown) return false;
  const std::uintptr_t base =
      rule.base == UnwindRule::Base::kStackPointer ? frame.stack_pointer : frame.frame_pointer;
  const std::uintptr_t top = base + static_cast<std::uintptr_t>(std::intptr_t{rule.base_offset});
  if (top <= frame.stack_pointer || !OnStackAbove(top, frame.stack_pointer)) return false;
  const auto at = [top](std::int16_t offset) {
    return LoadWord(top + static_cast<std::uintptr_t>(std::intptr_t{offset}));
  };
  frame = {at(rule.return_address_offset), top,
           rule.frame_pointer_saved ? at(rule.frame_pointer_offset) : frame.frame_pointer};
  return frame.return_address != 0;
}

}  // namespace

Frame FrameOf(const CallSite& site) {
  const auto own = reinterpret_cast<std::uintptr_t>(site.frame_pointer);
#if defined(__aarch64__)
  const auto above = reinterpret_cast<std::uintptr_t>(site.callers_stack_pointer);
#else
  const std::uintptr_t above = own + 2 * sizeof(void*);
#endif
  return {reinterpret_cast<std::uintptr_t>(site.caller), above, LoadWord(own)};
}

bool StepUp(Frame& frame, const MappedObject* object) {
  if (object == nullptr) return StepByFramePointer(frame);
#if defined(__aarch64__)
  // A compiler's frame pointer leads to the bottom of a frame, so a step by it loses the stack pointer, which the tables of what
  // lies above may need. V8's builtins have frame pointers and no table.
  return StepByTable(frame, object->unwind_index) ||
         (object->owner == CodeOwner::kEngine && StepByFramePointer(frame));
#else
  const bool by_frame_pointer =
      object->owner == CodeOwner::kEngine && g_engine_has_frame_pointers.load(std::memory_order_relaxed);
  return by_frame_pointer ? StepByFramePointer(frame) : StepByTable(frame, object->unwind_index);
#endif
}

void EngineHasNoFramePointers() { g_engine_has_frame_pointers.store(false, std::memory_order_relaxed); }

}  // namespace memspec::hooks
