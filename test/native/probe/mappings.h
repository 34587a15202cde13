// Sequences of mmap, mprotect, mremap and munmap. What they make accessible, take away and leave is known.
#pragma once
#include <cstdint>

namespace probe {

struct MappingTruth {
  std::uint64_t mapped_calls = 0, mapped_bytes = 0;      // calls that gave access (mmap, mprotect, mremap)
  std::uint64_t reserved_calls = 0, reserved_bytes = 0;  // calls that gave or left none (PROT_NONE)
  std::uint64_t peak_bytes = 0;                          // accessible at once
  std::uint64_t live_bytes = 0;                          // accessible at the end
  bool ok = true;
};

// mmap readable and writable, munmap in two halves.
MappingTruth MapAndUnmap(std::uint64_t pages);
// mmap without access, mprotect of half of it to access and of a quarter back, munmap.
MappingTruth ReserveAndCommit(std::uint64_t pages);
// mmap, mremap to twice (may move), to half, with MREMAP_FIXED over another mapping, munmap.
MappingTruth Remap(std::uint64_t pages);
// mmap, then MAP_FIXED without access over its first half, munmap.
MappingTruth MapOver(std::uint64_t pages);
// Calls that fail: munmap and mprotect of bad addresses, mmap of no bytes, mremap of nothing.
MappingTruth FailingCalls();
// mmap on `threads` threads at once, all held at the same time, then unmapped.
MappingTruth MapOnThreads(int threads, std::uint64_t pages, std::uint64_t count);

}  // namespace probe
