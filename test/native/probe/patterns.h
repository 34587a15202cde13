// Patterns of allocation whose bytes, counts, peak and live blocks are known beforehand. What they need for
// themselves lies in static memory: the truth is computed without allocating.
#pragma once
#include <cstddef>
#include <cstdint>

#include "functions.h"

namespace probe {

struct Truth {
  std::uint64_t count = 0;  // blocks given, a reallocation included
  std::uint64_t bytes = 0;  // requested for them
  std::uint64_t frees = 0;  // blocks taken back, a reallocation included
  std::uint64_t peak_bytes = 0;
  std::uint64_t live_bytes = 0;  // of this call's blocks, when it returns
  std::uint64_t live_blocks = 0;
  bool ok = true;
};

inline constexpr int kMaxThreads = 64;

// On each of `threads` threads at once (0: on this one): `count` blocks of bytes, bytes + 1, … ; all threads hold all
// of theirs at the same time; then `keep` of each thread's blocks stay and the rest goes.
Truth AllocateOnThreads(const AllocationFunction& function, int threads, std::size_t bytes, std::size_t count,
                        std::size_t keep);

// Takes back all that AllocateOnThreads and the mallocLoop kept. The number of blocks.
std::uint64_t FreeKept();

// One block through every hooked allocation function, freed again.
Truth EveryFunction(std::size_t bytes);

// malloc(first), then realloc by `step` bytes `steps` times, then free.
Truth ReallocChain(std::size_t first, std::size_t step, int steps);

// A realloc and a reallocarray that fail (far too big; overflow): the blocks stay as they are. They are kept.
Truth FailedReallocs(std::size_t bytes);

// Calls whose result libc defines: malloc(0), realloc(p, 0), overflow in calloc, bad alignments.
Truth EdgeCases();

// Text functions of libc that allocate for the caller: strdup, strndup, asprintf, getline. Freed again. `count` and
// `bytes` say what is known: the least that libc must have asked for.
Truth LibcTexts();

// A C++ allocation that throws std::bad_alloc, and 3 ordinary ones of `bytes` after it. Freed again.
Truth ThrowingNew(std::size_t bytes);

// As AllocateOnThreads, but threads start and end all the time: `rounds` rounds of `threads` threads.
Truth ShortLivedThreads(int rounds, int threads, std::size_t bytes);

// What errno is after each of malloc, calloc, realloc, posix_memalign, free, mmap, munmap when it was `value` before,
// all of them successful. The first value that differs, else `value`.
int ErrnoAfterCalls(int value);

}  // namespace probe
