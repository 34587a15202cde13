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
  std::uint32_t sample;   // number that tells it from other sampled blocks at its address; 0: not sampled
  std::uint32_t birth;    // clock of windows when it was born
  DomainId domain;
  Space space;
};
static_assert(sizeof(Block) <= 24);

// A hint that Allocate will follow for this address: its place in the table is fetched into the cache.
void Expect(const void* address);

// An address that is already there was freed unseen: the old block is counted as freed (WindowFigures::unseen_frees).
// A block for which the table has no room is in no figure but blocks_dropped; its free will be an unknown one.
// False: there was none.
bool Allocate(const RecursionGuard&, void* address, std::size_t bytes, Space, DomainId, const Sample&);
// False: unknown (older than the hooks); the caller says whether that is worth counting.
bool Free(const RecursionGuard&, void* address, Block* was);
void CountUnknownFree(const RecursionGuard&, DomainId of_thread);
void Restore(const RecursionGuard&, void* address, const Block&);

// The hooks were out for a time: any block or mapping known before may have been freed unseen. No window may be open.
void ForgetBlocks(const RecursionGuard&);

// Mappings count while accessible, in requested bytes; what is taken away is whole pages, as the kernel does it. Ranges may
// split, overlap, be taken away in parts: a mapping's free is counted with its last part.
// Map: new memory (mmap, mremap); what was mapped in the range before is freed. Commit: access is given to a range
// (mprotect): only the parts that were not accessible yet are new.
void Map(const RecursionGuard&, void* address, std::size_t bytes, Space, DomainId, const Sample&);
void Commit(const RecursionGuard&, void* address, std::size_t bytes, Space, DomainId, const Sample&);
void Unmap(const RecursionGuard&, void* address, std::size_t bytes);
bool IsMapped(const RecursionGuard&, const void* address);         // a known mapping starts or lies here

// The whole process, as a scope. No isolate may get this id: slot 255 has generations 0 to 254.
inline constexpr DomainId kProcessScope = static_cast<DomainId>(0xffff);

struct SpaceFigures {
  std::uint64_t allocated_bytes, allocation_count, freed_bytes, free_count;
  std::int64_t level_bytes;   // allocated - freed: relative to the window's start
  std::int64_t peak_bytes;    // highest level in the window, relative to the level at its start (>= 0)
};

struct WindowFigures {
  bool known;                       // false: no such open window (all else is 0 then)
  SpaceFigures space[kSpaceCount];  // kHeap's are zero here except level and peak, fed by SetHeapLevel
  std::int64_t total_peak_bytes;    // of heap + buffers + native; an upper bound, exact when the next is 0
  std::int64_t total_peak_error;    // upper bound minus lower bound, see docs/how-it-counts.md
  std::uint64_t unknown_frees;
  std::uint64_t unseen_frees;       // an address came again that was never freed
  std::uint64_t samples_begin, samples_end, samples_at_peak;  // positions in the scope's sample log
  std::uint64_t samples_dropped;    // entries the full log did not take
  std::uint64_t blocks_dropped;     // table could not grow
};

// Isolate's thread (or any thread for the process scope). heap_used: V8's used size now. kInvalid: no memory for it, or
// 4096 windows of the scope not forgotten. A scope whose slot belongs to a new generation forgets the old one's windows.
WindowId Open(const RecursionGuard&, DomainId scope, std::int64_t heap_used);
WindowFigures Close(const RecursionGuard&, DomainId scope, WindowId, std::int64_t heap_used);

// Ends the span that the open window is, as Close does, and begins the next at the same moment: no event lies between. The
// window's samples so far can be read by SitesOf until the next TrimLog.
WindowFigures Roll(const RecursionGuard&, DomainId scope, WindowId, std::int64_t heap_used);
// A window that rolls for long would keep the whole log: what lies before its present span goes, if it is the scope's only
// window, nobody reads, and the span has no sample yet. Cheap enough for every few thousand samples, not for every span.
void TrimLog(const RecursionGuard&, DomainId scope, WindowId);

struct Levels { std::int64_t bytes[kSpaceCount]; };
// Off-heap levels now, relative to the start of the open window's present span; kHeap's is the last reading's.
Levels LevelsIn(const RecursionGuard&, DomainId scope, WindowId);
// What is alive of all that is known to have been allocated, in an isolate's domain; an O(table) walk.
Levels KnownLevels(const RecursionGuard&, DomainId scope);
// The same of the whole process: a lock for each shard of the table. Of threads that are at work meanwhile some events are in, others not yet.
Levels KnownLevels(const RecursionGuard&);

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
// Writes up to `capacity` sites, returns how many there are; kNoMemory when there is none to find out. Not for the hot path.
inline constexpr std::size_t kNoMemory = static_cast<std::size_t>(-1);
std::size_t Sites(const RecursionGuard&, DomainId scope, WindowId closed, Site* out, std::size_t capacity);
// The same for the span that Roll ended last.
std::size_t SitesOf(const RecursionGuard&, DomainId scope, const WindowFigures& rolled, Site* out, std::size_t capacity);
// The same for the present span of an open window: what is alive at the peak is what is alive now.
std::size_t SitesSoFar(const RecursionGuard&, DomainId scope, WindowId open, Site* out, std::size_t capacity);
void Forget(const RecursionGuard&, DomainId scope, WindowId);  // the window's data may go

std::uint64_t OwnBytes();  // memory the ledger itself holds

// For pthread_atfork: no other thread is inside the ledger while a process forks. In the child the hooks are disabled, but
// it may end measurements.
void LockAllForFork();
void UnlockAfterFork();

}  // namespace memspec::ledger
