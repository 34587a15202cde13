// The ledger: live blocks by address, mappings, figures and exact peaks per scope. Pure C++ (no V8, no Node).
// Any thread. Own memory comes from mmap by direct system call; never from the hooked allocator.
//
// A *scope* holds the figures of one domain (an isolate and the helper threads that belong to nobody) or of the
// whole process (kProcessSlot). It is active while it has at least one *window*: a measurement. Windows nest and overlap.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "base/recursion_guard.h"
#include "base/space.h"

namespace memspec::ledger {

// A sampled block's stack and what it stands for. stack == kNone: not sampled.
struct Sample {
  StackId stack = StackId::kNone;
  std::uint64_t weight_bytes = 0;   // estimate of the bytes this sample stands for (== bytes when exact)
  double weight_count = 0;          // estimate of the number of allocations it stands for
};

// What a freed block was: enough to put it back when the realloc that freed it failed.
struct Block {
  std::uint64_t bytes;
  std::uint32_t sample;   // index in the sample log + 1; 0: none
  std::uint32_t birth;    // clock of windows when it was born
  DomainId domain;
  Space space;
};
static_assert(sizeof(Block) <= 24);

void Allocate(const RecursionGuard&, void* address, std::size_t bytes, Space, DomainId, const Sample&);
bool Free(const RecursionGuard&, void* address, Block* was);       // false: unknown (older than the hooks)
void Restore(const RecursionGuard&, void* address, const Block&);

// Mappings count while accessible. Ranges may split, overlap, be taken away in parts.
void Map(const RecursionGuard&, void* address, std::size_t bytes, Space, DomainId, const Sample&);
void Unmap(const RecursionGuard&, void* address, std::size_t bytes);
bool IsMapped(const RecursionGuard&, const void* address);         // a known mapping starts or lies here

struct SpaceFigures {
  std::uint64_t allocated_bytes, allocation_count, freed_bytes, free_count;
  std::int64_t level_bytes;   // relative to the activation of the scope
  std::int64_t peak_bytes;    // highest level in the window, relative to the level at its start (>= 0)
};

struct WindowFigures {
  SpaceFigures space[kSpaceCount];  // kHeap's are zero here except level and peak, fed by SetHeapLevel
  std::int64_t total_peak_bytes;    // of heap + buffers + native; an upper bound, exact when the next is 0
  std::int64_t total_peak_error;    // upper bound minus lower bound, see docs/how-it-counts.md
  std::uint64_t unknown_frees;
  std::uint64_t samples_begin, samples_end, samples_at_peak;  // positions in the scope's sample log
  std::uint64_t samples_dropped;    // log full
  std::uint64_t blocks_dropped;     // table could not grow
};

// Isolate's thread (or any thread for the process scope). heap_used: V8's used size now.
WindowId Open(const RecursionGuard&, DomainId scope, std::int64_t heap_used);
WindowFigures Close(const RecursionGuard&, DomainId scope, WindowId, std::int64_t heap_used);
inline constexpr DomainId kProcessScope = static_cast<DomainId>(0xffff);

// A reading of V8's used heap, on the isolate's thread; heap levels enter the peak of the sum here.
void SetHeapLevel(const RecursionGuard&, DomainId scope, std::int64_t heap_used);
// True when off-heap memory moved so much since the last reading that the peak of the sum wants one.
bool WantsHeapReading(const RecursionGuard&, DomainId scope);

// What was born in a closed window and is alive now, by space; an O(table) walk, shard by shard.
struct Survivors { std::uint64_t bytes[kSpaceCount], count[kSpaceCount]; };
Survivors CountSurvivors(const RecursionGuard&, DomainId scope, WindowId closed);

// Per stack and space: allocated in the window, live at the window's total peak, alive now.
struct Site {
  StackId stack; Space space;
  double bytes, count, bytes_at_peak, count_at_peak, bytes_alive, count_alive;
};
// Writes up to `capacity` sites, returns how many there are. Not for the hot path.
std::size_t Sites(const RecursionGuard&, DomainId scope, WindowId closed, Site* out, std::size_t capacity);
void Forget(const RecursionGuard&, DomainId scope, WindowId);  // the window's data may go

std::uint64_t OwnBytes();  // memory the ledger itself holds

}  // namespace memspec::ledger
