// Memory of the tracker's own: anonymous mappings by direct system call, so that neither a hooked `mmap` nor a hooked
// `malloc` ever sees them. Any thread. May block in the kernel: never call it with a SpinLock held.
#pragma once
#include <cstddef>
#include <cstdint>

namespace memspec {

inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

enum class Backing : std::uint8_t {
  kNow,     // every page is there on return: writing to it under a lock takes no page fault
  kLazily,  // address space only; a page comes when it is first touched
};

// Zeroed memory, page-aligned; nullptr when the kernel refuses. `bytes` is rounded up to whole pages. What is asked for now and is
// whole huge pages is aligned to them, and the kernel is asked for some: a look-up then takes no walk through page tables.
void* MapOwn(std::size_t bytes, Backing backing);
void UnmapOwn(void* address, std::size_t bytes, Backing backing);

// Bytes mapped with Backing::kNow. Who maps lazily knows best how much of it was touched, and counts it.
std::uint64_t OwnCommittedBytes();

std::size_t PageSize();
inline std::uint64_t RoundUpToPage(std::uint64_t bytes) {
  const std::uint64_t page = PageSize();
  return (bytes + page - 1) & ~(page - 1);
}

// Fault injection: while set, MapOwn fails where `refuse(bytes)` says so. nullptr: no faults.
void RefuseOwnMemory(bool (*refuse)(std::size_t bytes));

}  // namespace memspec
