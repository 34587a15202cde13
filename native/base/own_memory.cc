#include "base/own_memory.h"

#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace memspec {
namespace {

// relaxed throughout: independent counters and a test hook, nothing is published through them.
std::atomic<std::uint64_t> g_committed{0};
std::atomic<bool (*)(std::size_t)> g_refuse{nullptr};
std::atomic<std::size_t> g_page_size{0};

#ifdef __SANITIZE_THREAD__
// Thread sanitizer must see that an address was given back before another thread got it.
long MapPages(std::size_t length, int flags) {
  return reinterpret_cast<long>(mmap(nullptr, length, PROT_READ | PROT_WRITE, flags, -1, 0));
}
void UnmapPages(void* address, std::size_t length) { munmap(address, length); }
#else
long MapPages(std::size_t length, int flags) {
  return syscall(SYS_mmap, nullptr, length, PROT_READ | PROT_WRITE, flags, -1, 0);
}
void UnmapPages(void* address, std::size_t length) { syscall(SYS_munmap, address, length); }
#endif

// Aligned to huge pages and, if the kernel has them, made of them.
long MapHugePages(std::size_t length) {
  const long reserved = MapPages(length + kHugePage, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
  if (reserved == -1) return -1;
  const auto start = static_cast<std::uintptr_t>(reserved);
  const std::uintptr_t aligned = (start + kHugePage - 1) & ~(kHugePage - 1);
  if (aligned != start) UnmapPages(reinterpret_cast<void*>(start), aligned - start);
  if (aligned != start + kHugePage) UnmapPages(reinterpret_cast<void*>(aligned + length), start + kHugePage - aligned);
  auto* const memory = reinterpret_cast<char*>(aligned);
  syscall(SYS_madvise, memory, length, MADV_HUGEPAGE);  // refused where there are none: ordinary pages then
  for (std::size_t at = 0; at < length; at += PageSize()) *const_cast<volatile char*>(memory + at) = 0;
  return static_cast<long>(aligned);
}

}  // namespace

std::size_t PageSize() {
  std::size_t page = g_page_size.load(std::memory_order_relaxed);
  if (page == 0) [[unlikely]] {
    page = getauxval(AT_PAGESZ);  // from the process's stack: no system call, no allocation
    g_page_size.store(page, std::memory_order_relaxed);
  }
  return page;
}

void* MapOwn(std::size_t bytes, Backing backing) {
  const auto refuse = g_refuse.load(std::memory_order_relaxed);
  if (refuse != nullptr && refuse(bytes)) return nullptr;
  const std::uint64_t length = RoundUpToPage(bytes);
  const int how = backing == Backing::kNow ? MAP_POPULATE : MAP_NORESERVE;
  const int saved_errno = errno;  // the program's errno is not ours to change
  const bool huge = backing == Backing::kNow && length % kHugePage == 0;
  const long result = huge ? MapHugePages(length) : MapPages(length, MAP_PRIVATE | MAP_ANONYMOUS | how);
  errno = saved_errno;
  if (result == -1) return nullptr;
  if (backing == Backing::kNow) g_committed.fetch_add(length, std::memory_order_relaxed);
  return reinterpret_cast<void*>(result);
}

void UnmapOwn(void* address, std::size_t bytes, Backing backing) {
  if (address == nullptr) return;
  const std::uint64_t length = RoundUpToPage(bytes);
  const int saved_errno = errno;
  UnmapPages(address, length);
  errno = saved_errno;
  if (backing == Backing::kNow) g_committed.fetch_sub(length, std::memory_order_relaxed);
}

std::uint64_t OwnCommittedBytes() { return g_committed.load(std::memory_order_relaxed); }

void RefuseOwnMemory(bool (*refuse)(std::size_t bytes)) { g_refuse.store(refuse, std::memory_order_relaxed); }

}  // namespace memspec
