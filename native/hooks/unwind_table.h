// How to leave a function at one address, read from the object's unwind tables (.eh_frame, found through
// .eh_frame_hdr). Understands what compilers write for ordinary functions; anything else is kUnknown.
#pragma once
#include <cstdint>

namespace memspec::hooks {

// The caller's stack pointer ("canonical frame address") is a register plus an offset; the return address and the
// caller's frame pointer lie at offsets from it. One word, so that a cache can hold it without a lock.
struct UnwindRule {
  enum class Base : std::uint64_t {
    kUnknown,
    kOutermost,            // the function has no caller: a thread begins here
    kStackPointer,
    kFramePointer,
    kThroughFramePointer,  // the address is in memory, at the frame pointer plus the offset (a stack that was aligned anew)
  };
  // Whose code it is (unwind.h); the tables do not say.
  enum class Code : std::uint64_t { kNobodys, kObjects, kBuiltins };

  Base base : 3 = Base::kUnknown;
  Code code : 2 = Code::kNobodys;
  std::uint64_t frame_pointer_saved : 1 = 0;
  std::int64_t return_address_words : 14 = 0;
  std::int64_t frame_pointer_words : 14 = 0;  // kThroughFramePointer: from the frame pointer
  std::int64_t base_offset : 30 = 0;          // bytes
};
static_assert(sizeof(UnwindRule) == 8);

UnwindRule FindUnwindRule(const std::uint8_t* unwind_index, std::uintptr_t address);

}  // namespace memspec::hooks
