// The numbers of packed events: docs/capture-format.md ("Packed events") says them byte by byte, and
// core/src/capture-files/format/packed-format.ts has the same for readers.
#pragma once
#include <cstddef>
#include <cstdint>

namespace memspec::packing {

// Bits 0 to 2 of an event's byte.
enum class Packed : std::uint8_t {
  kOther = 0,
  kAllocation = 1,
  kFree = 2,
  kHeapAllocation = 3,
  kHeapFree = 4,
  kPair = 5,         // an allocation, and its free as the very next event of the same thread
  kUnknownFree = 6,  // by its address
  kGone = 7,         // a block whose address the next allocation is given
};
inline constexpr unsigned kThreadBit = 0b1000;
inline constexpr unsigned kHowShift = 4;

// How an address is told.
enum class How : std::uint8_t { kFreedLast = 0, kBehind = 1, kUnits = 2, kBytes = 3 };

enum class Column : std::uint8_t { kEvents, kThreads, kKeys, kSizes, kAddresses, kFrees, kFields };
inline constexpr int kColumns = 7;

// What malloc makes of a size: 8 bytes of its own, whole units of 16 bytes, at least two.
inline constexpr std::uint64_t kUnit = 16;
constexpr std::uint64_t ChunkBytes(std::uint64_t bytes) {
  const std::uint64_t chunk = (bytes + 8 + kUnit - 1) / kUnit * kUnit;
  return chunk < 2 * kUnit ? 2 * kUnit : chunk;
}

// Sizes whose blocks take each other's place: by units up to 1032 bytes, above by quarters of a power of two.
inline constexpr std::uint64_t kLargestByUnits = 1032;
inline constexpr unsigned kSizeClasses = 155;
constexpr unsigned SizeClass(std::uint64_t bytes) {
  if (bytes <= kLargestByUnits) return static_cast<unsigned>(ChunkBytes(bytes) / kUnit);
  if (bytes >> 32 != 0) return kSizeClasses - 1;
  const auto bits = static_cast<unsigned>(63 - __builtin_clzll(bytes));
  return 66 + (bits - 10) * 4 + static_cast<unsigned>(bytes >> (bits - 2) & 3);
}
static_assert(SizeClass(kLargestByUnits) == 65 && SizeClass(kLargestByUnits + 1) == 66);
static_assert(SizeClass(0xffff'ffffu) == kSizeClasses - 2);

}  // namespace memspec::packing
