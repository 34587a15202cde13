#include "hooks/unwind.h"

#include <sys/mman.h>

#include <atomic>
#include <bit>

#include "base/own_memory.h"
#include "hooks/object_map.h"

namespace memspec::hooks {
namespace {

constexpr std::uintptr_t kFarthestFrame = 256 * 1024;  // a frame pointer farther up is none
constexpr std::uintptr_t kWord = sizeof(void*);

constinit std::atomic<bool> g_engine_has_frame_pointers{true};
constinit std::atomic<std::uintptr_t> g_builtins_begin{0}, g_builtins_end{0};

// Rules by return address. Two words, written and read without a lock: the first is the address XOR the second XOR the
// map's generation, so neither a half-written pair ever matches nor one from before a library came.
struct CachedRule {
  std::atomic<std::uint64_t> check{0}, rule{0};
};
constexpr std::size_t kRuleCacheSize = 8192;
constinit CachedRule g_cache[kRuleCacheSize];

// The frame begins with the caller's frame pointer, and the return address is above it.
constexpr UnwindRule FramePointerRule(UnwindRule::Code code) {
  UnwindRule rule;
  rule.base = UnwindRule::Base::kFramePointer;
  rule.code = code;
  rule.frame_pointer_saved = 1;
  rule.base_offset = 2 * kWord;
  rule.return_address_words = -1;
  rule.frame_pointer_words = -2;
  return rule;
}

// A library may have been unmapped since the map was made. Nobody returns into it, but what looked like a return address
// was perhaps none.
bool IsMapped(const std::uint8_t* address) {
  const std::uintptr_t page = reinterpret_cast<std::uintptr_t>(address) & ~(PageSize() - 1);
  unsigned char resident;
  return address != nullptr && mincore(reinterpret_cast<void*>(page), 1, &resident) == 0;
}

UnwindRule FindRule(std::uintptr_t return_address) {
  // The call is before the return address, which may already belong to another row, or another object.
  const std::uintptr_t call = return_address - 1;
  const MappedObject* const object = FindObject(call);
  if (object == nullptr) return FramePointerRule(UnwindRule::Code::kNobodys);
  // Relaxed: set before any walk that wants to know.
  if (call - g_builtins_begin.load(std::memory_order_relaxed) <
      g_builtins_end.load(std::memory_order_relaxed) - g_builtins_begin.load(std::memory_order_relaxed)) {
    return FramePointerRule(UnwindRule::Code::kBuiltins);
  }
  const bool engine = object->owner == CodeOwner::kEngine;
#if defined(__aarch64__)
  // A compiler's frame pointer leads to the bottom of a frame, so a step by it loses the stack pointer, which the tables of what
  // lies above may need.
  const bool by_frame_pointer = false;
#else
  const bool by_frame_pointer = engine && g_engine_has_frame_pointers.load(std::memory_order_relaxed);
#endif
  if (by_frame_pointer) return FramePointerRule(UnwindRule::Code::kObjects);
  UnwindRule rule = IsMapped(object->unwind_index) ? FindUnwindRule(object->unwind_index, call) : UnwindRule{};
  if (rule.base == UnwindRule::Base::kUnknown && engine) return FramePointerRule(UnwindRule::Code::kObjects);
  rule.code = UnwindRule::Code::kObjects;
  return rule;
}

std::uintptr_t LoadWord(std::uintptr_t address) { return *reinterpret_cast<const std::uintptr_t*>(address); }

bool Holds(const AddressRange& stack, std::uintptr_t address) {
  return address % kWord == 0 && address >= stack.begin && address < stack.end;
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

UnwindRule RuleAt(std::uintptr_t return_address) {
  CachedRule& cached = g_cache[(return_address ^ (return_address >> 13)) % kRuleCacheSize];
  const std::uint64_t key = return_address ^ std::uint64_t{ObjectMapGeneration()} << 48;
  // Relaxed: the check word proves that the two belong together.
  const std::uint64_t check = cached.check.load(std::memory_order_relaxed);
  const std::uint64_t known = cached.rule.load(std::memory_order_relaxed);
  if (check != 0 && (check ^ known) == key) return std::bit_cast<UnwindRule>(known);
  const UnwindRule rule = FindRule(return_address);
  const auto bits = std::bit_cast<std::uint64_t>(rule);
  cached.rule.store(bits, std::memory_order_relaxed);
  cached.check.store(key ^ bits, std::memory_order_relaxed);
  return rule;
}

bool Follow(Frame& frame, UnwindRule rule, const AddressRange& stack, WordsRead* read) {
  using Base = UnwindRule::Base;
  std::uintptr_t top = static_cast<std::uintptr_t>(std::int64_t{rule.base_offset});
  std::uintptr_t saved_from;
  switch (rule.base) {
    case Base::kStackPointer: top += frame.stack_pointer; break;
    case Base::kFramePointer: top += frame.frame_pointer; break;
    case Base::kThroughFramePointer:
      top += frame.frame_pointer;
      if (!Holds(stack, top)) return false;
      top = LoadWord(top);
      break;
    default: return false;
  }
  saved_from = rule.base == Base::kThroughFramePointer ? frame.frame_pointer : top;
  if (top <= frame.stack_pointer) return false;
  const std::uintptr_t return_at = top + static_cast<std::uintptr_t>(rule.return_address_words * std::int64_t{kWord});
  const std::uintptr_t saved_at = saved_from + static_cast<std::uintptr_t>(rule.frame_pointer_words * std::int64_t{kWord});
  if (!Holds(stack, return_at) || (rule.frame_pointer_saved && !Holds(stack, saved_at))) return false;
  const std::uintptr_t return_address = LoadWord(return_at);
  if (return_address == 0) return false;
  if (read != nullptr) *read = {return_at, rule.frame_pointer_saved ? saved_at : 0};
  frame = {return_address, top, rule.frame_pointer_saved ? LoadWord(saved_at) : frame.frame_pointer};
  return true;
}

bool StepUp(Frame& frame) {
  return Follow(frame, RuleAt(frame.return_address), {frame.stack_pointer, frame.stack_pointer + kFarthestFrame});
}

void SetBuiltins(const AddressRange& code) {
  g_builtins_begin.store(code.begin, std::memory_order_relaxed);
  g_builtins_end.store(code.end, std::memory_order_relaxed);
  NewObjectMapGeneration();  // what was computed of these addresses is forgotten
}

void EngineHasNoFramePointers() { g_engine_has_frame_pointers.store(false, std::memory_order_relaxed); }

}  // namespace memspec::hooks
