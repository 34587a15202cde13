// A place in a piece of code that stays meaningful when the code has moved or died. Plain value of 62 bits.
#pragma once
#include <cstdint>

namespace memspec::stacks {

enum class CodeId : std::uint32_t { kNone = 0 };
inline constexpr std::uint32_t kMaxCodeRecords = 1u << 20;

struct CodePlace {
  static constexpr std::uint32_t kOffsetBits = 21;
  static constexpr std::uint32_t kBeyond = (1u << kOffsetBits) - 1;  // an offset in code of 2 MiB or more: no line
  // What is known of the slow path that this return address lies in.
  static constexpr std::uint32_t kNoSlowPath = 0;
  static constexpr std::uint32_t kSlowPathUnknown = kBeyond;  // it is one, and it is not known whose

  CodeId id = CodeId::kNone;
  std::uint32_t offset = 0;
  // Of machine code: the offset to which the slow path goes back. Of bytecode: 1 + the number of the HandlerSite at
  // which the interpreter allocates (0: none).
  std::uint32_t back = kNoSlowPath;

  std::uint64_t bits() const {
    return static_cast<std::uint64_t>(id) << (2 * kOffsetBits) | static_cast<std::uint64_t>(back) << kOffsetBits | offset;
  }
  static CodePlace FromBits(std::uint64_t bits) {
    return {static_cast<CodeId>(bits >> (2 * kOffsetBits)), static_cast<std::uint32_t>(bits) & kBeyond,
            static_cast<std::uint32_t>(bits >> kOffsetBits) & kBeyond};
  }
};
static_assert(kMaxCodeRecords <= 1u << 20);

}  // namespace memspec::stacks
