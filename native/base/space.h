// Where memory lives (docs/how-it-counts.md). Any thread; plain values.
#pragma once
#include <cstdint>

namespace memspec {

enum class Space : std::uint8_t { kHeap = 0, kBuffers = 1, kNative = 2, kEngine = 3 };
inline constexpr int kSpaceCount = 4;

}  // namespace memspec
