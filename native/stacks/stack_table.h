// Every captured stack once: a process-wide table of interned stacks in memory of its own. Any thread; hot path.
// A frame is one 64-bit key: a place in a piece of code, or a return address
// in native code (or in code that nobody told us of).
// Capacity: kMaxStacks stacks, kMaxKeys frames in all; what does not fit is counted in `dropped`. Stacks are never forgotten.
#pragma once
#include <cstdint>
#include <span>

#include "base/ids.h"
#include "base/recursion_guard.h"
#include "stacks/code_place.h"

namespace memspec::stacks {

class FrameKey {
 public:
  static FrameKey Code(CodePlace place) { return FrameKey(place.bits()); }
  static FrameKey Native(const void* return_address) {
    return FrameKey(kNativeBit | reinterpret_cast<std::uintptr_t>(return_address));
  }
  FrameKey() = default;

  bool is_native() const { return (bits_ & kNativeBit) != 0; }
  std::uintptr_t native_address() const { return bits_ & ~kNativeBit; }
  CodePlace code() const { return CodePlace::FromBits(bits_); }
  std::uint64_t bits() const { return bits_; }

 private:
  static constexpr std::uint64_t kNativeBit = std::uint64_t{1} << 63;
  explicit FrameKey(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits_;
};
static_assert(sizeof(FrameKey) == 8);

struct StackMarks {
  bool truncated = false;       // frames are missing at the outer end
  bool native_missing = false;  // of a hybrid stack: native frames between or outside of JavaScript's are missing
  bool operator==(const StackMarks&) const = default;
};

struct StackView {
  std::span<const FrameKey> frames;  // innermost first; stays valid for ever
  StackMarks marks;
};

inline constexpr std::uint32_t kMaxStacks = 1u << 19;
inline constexpr std::uint64_t kMaxKeys = 1u << 24;

// kNone when the table is full or has no memory.
StackId Intern(const RecursionGuard&, std::span<const FrameKey> frames, StackMarks marks);
StackView StackOf(StackId id);

struct StackTableState {
  std::uint64_t own_bytes, stacks, dropped;
};
StackTableState TableStateNow();

}  // namespace memspec::stacks
