// What all slots of all loaded objects hold, read without memspec's code.
#pragma once
#include <cstddef>
#include <cstdint>

namespace probe {

struct SlotValue {
  std::uintptr_t slot, value;
};
inline constexpr std::size_t kMaxSlotValues = 1 << 20;

// All of them, sorted by address; the memory is static and overwritten by the next call.
const SlotValue* ReadSlotValues(std::size_t* count);

}  // namespace probe
