// Pointers as numbers.
#pragma once
#include <cstdint>

namespace memspec {

inline std::uintptr_t AddressOf(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

}  // namespace memspec
