// What a recording is told of, as plain values: the encoder writes them down, the aggregator sums them up. Both see the same.
#pragma once
#include <cstdint>

#include "base/ids.h"
#include "base/space.h"
#include "recording/format.h"

namespace memspec::recording {

enum class ThreadNumber : std::uint32_t { kNone = 0 };
enum class IsolateNumber : std::uint32_t { kNone = 0 };
// 1 + the index of the hooked function; 0: none. What `CaptureMeta.allocators` lists.
using Allocator = std::uint8_t;

struct Allocation {
  ThreadNumber thread;
  Space space;  // kBuffers or kNative
  Allocator allocator;
  std::uint64_t address, bytes;
  StackId stack;
};

// Memory that became accessible by mmap or mremap, or by mprotect (`commit`).
struct Mapping {
  ThreadNumber thread;
  Space space;
  Allocator allocator;
  std::uint64_t address, bytes;
  StackId stack;
  bool commit;
};

struct HeapAllocation {
  ThreadNumber thread;
  IsolateNumber isolate;
  std::uint64_t handle, bytes;
  StackId stack;
};

struct CollectionEvent {
  ThreadNumber thread;
  IsolateNumber isolate;
  std::uint64_t time;
  Collection kind;
  std::uint64_t used;
  bool ended;
};

struct HeapLevel {
  IsolateNumber isolate;
  std::uint64_t used, committed;
};

inline constexpr std::uint32_t kMaxIsolates = 256;  // alive at a time

struct Levels {
  std::uint64_t time = 0, rss = 0, buffers = 0, native = 0, engine = 0;
  std::uint32_t heaps = 0;
  HeapLevel heap[kMaxIsolates];
};

}  // namespace memspec::recording
