// Where memory lives (docs/how-it-counts.md). Any thread; plain values.
#pragma once
#include <cstdint>

namespace memspec {

enum class Space : std::uint8_t { kHeap = 0, kBuffers = 1, kNative = 2, kEngine = 3 };
inline constexpr int kSpaceCount = 4;

// Places in arrays by space.
inline constexpr int kHeap = static_cast<int>(Space::kHeap);
inline constexpr int kBuffers = static_cast<int>(Space::kBuffers);
inline constexpr int kNative = static_cast<int>(Space::kNative);
inline constexpr int kEngine = static_cast<int>(Space::kEngine);

}  // namespace memspec
