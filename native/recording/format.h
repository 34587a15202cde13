// The numbers of the capture file's format, version 1.0: docs/capture-format.md says it byte by byte, and
// core/src/capture-files/format/format.ts has the same for readers.
#pragma once
#include <cstddef>
#include <cstdint>

namespace memspec::recording {

inline constexpr unsigned char kMagic[8] = {0x89, 'M', 'S', 'P', 'C', 'A', 'P', '\n'};
inline constexpr std::uint16_t kMajor = 1;
inline constexpr std::uint16_t kMinor = 0;
inline constexpr std::size_t kFileHeaderBytes = 16;
inline constexpr std::size_t kChunkHeaderBytes = 16;
inline constexpr std::size_t kMaxPayloadBytes = std::size_t{1} << 24;

enum class ChunkKind : std::uint8_t { kMeta = 1, kDefinitions = 2, kEvents = 3, kSums = 4, kEnd = 5 };

enum class Definition : std::uint8_t {
  kString = 1,
  kScript = 2,
  kModule = 3,
  kJavaScriptFrame = 4,
  kNativeFrame = 5,
  kNode = 6,
  kStack = 7,
  kThread = 8,
  kIsolate = 9,
};

inline constexpr unsigned kFramePositionIsFunction = 1, kFrameInlined = 2, kFrameBuiltin = 4, kFrameUnknown = 8;
inline constexpr unsigned kStackTruncated = 1, kStackNativeMissing = 2;

// Bits of an event's first byte.
inline constexpr unsigned kThreadBit = 0b1000;
inline constexpr unsigned kSpaceShift = 4;
inline constexpr unsigned kAllocatorBit = 0b100'0000;
inline constexpr unsigned kUnalignedBit = 0b1000'0000;

enum class Event : std::uint8_t { kOther = 0, kAllocation = 1, kFree = 2, kHeapAllocation = 3, kHeapFree = 4 };

enum class Other : std::uint8_t {
  kLevels = 1,
  kCollectionBegins = 2,
  kCollectionEnded = 3,
  kRestored = 4,
  kMap = 5,
  kCommit = 6,
  kUnmap = 7,
  kSampling = 8,
  kHeapEnds = 9,
  kMissed = 10,
};

enum class Collection : std::uint8_t { kYoung = 1, kFull = 2, kOther = 3 };

}  // namespace memspec::recording
