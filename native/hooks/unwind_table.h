// How to leave a function at one address, read from the object's unwind tables (.eh_frame, found through
// .eh_frame_hdr). Understands what compilers write for ordinary functions; anything else is kUnknown.
#pragma once
#include <cstdint>

namespace memspec::hooks {

// The caller's stack pointer ("canonical frame address") is a register plus an offset; the return address and the
// caller's frame pointer lie at offsets from it.
struct UnwindRule {
  enum class Base : std::uint8_t { kUnknown, kStackPointer, kFramePointer };
  Base base = Base::kUnknown;
  bool frame_pointer_saved = false;
  std::int16_t return_address_offset = 0;
  std::int16_t frame_pointer_offset = 0;
  std::int16_t base_offset = 0;
};
static_assert(sizeof(UnwindRule) == 8);

UnwindRule FindUnwindRule(const std::uint8_t* unwind_index, std::uintptr_t address);

}  // namespace memspec::hooks
