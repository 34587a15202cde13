#include "graph/column.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/own_memory.h"

namespace memspec::graph {

#ifdef __SANITIZE_ADDRESS__

void* MapColumn(std::size_t bytes) { return std::calloc(1, bytes); }
void* GrowColumn(void* address, std::size_t bytes, std::size_t wanted) {
  void* const grown = std::realloc(address, wanted);
  if (grown != nullptr) std::memset(static_cast<char*>(grown) + bytes, 0, wanted - bytes);
  return grown;
}
void UnmapColumn(void* address, std::size_t) { std::free(address); }

#else

void* MapColumn(std::size_t bytes) { return MapOwn(bytes, Backing::kLazily); }

void* GrowColumn(void* address, std::size_t bytes, std::size_t wanted) {
  const long grown =
      syscall(SYS_mremap, address, RoundUpToPage(bytes), RoundUpToPage(wanted), MREMAP_MAYMOVE, nullptr);
  return grown == -1 ? nullptr : reinterpret_cast<void*>(grown);
}

void UnmapColumn(void* address, std::size_t bytes) { UnmapOwn(address, bytes, Backing::kLazily); }

#endif

}  // namespace memspec::graph
