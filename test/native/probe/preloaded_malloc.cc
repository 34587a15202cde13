// An allocator for LD_PRELOAD, over memory of its own: each block has a header with a mark before it, which is looked at when
// the block comes back. A block of libc's that is freed here, or one of ours that is freed there, aborts.
#include <pthread.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

constexpr std::uint64_t kMark = 0x70726f6265626c6b;
constexpr std::size_t kChunk = 64u << 20;

struct Header {
  std::uint64_t mark, bytes;
};
static_assert(sizeof(Header) == 16);

// Never gives memory back: enough for a test, and nothing that could go wrong by itself.
pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
char *g_next = nullptr, *g_end = nullptr;

void* Take(std::size_t alignment, std::size_t bytes) {
  if (bytes > (std::size_t{1} << 40)) {
    errno = ENOMEM;
    return nullptr;
  }
  pthread_mutex_lock(&g_mutex);
  const std::size_t room = bytes + alignment + 2 * sizeof(Header);
  if (static_cast<std::size_t>(g_end - g_next) < room) {
    const std::size_t chunk = room > kChunk ? room : kChunk;
    void* const mapping =
        mmap(nullptr, chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) {
      pthread_mutex_unlock(&g_mutex);
      errno = ENOMEM;
      return nullptr;
    }
    g_next = static_cast<char*>(mapping);
    g_end = g_next + chunk;
  }
  auto at = reinterpret_cast<std::uintptr_t>(g_next) + sizeof(Header);
  at = (at + alignment - 1) / alignment * alignment;
  g_next = reinterpret_cast<char*>((at + bytes + 15) / 16 * 16);
  pthread_mutex_unlock(&g_mutex);
  auto* const header = reinterpret_cast<Header*>(at) - 1;
  *header = {kMark, bytes};
  return reinterpret_cast<void*>(at);
}

Header* HeaderOf(void* block) {
  Header* const header = static_cast<Header*>(block) - 1;
  if (header->mark != kMark) abort();
  return header;
}

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) { return Take(16, bytes); }
void free(void* block) {
  if (block != nullptr) HeaderOf(block)->mark = ~kMark;
}
void* calloc(std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return Take(16, bytes);  // fresh from the kernel: zeroed
}
void* realloc(void* block, std::size_t bytes) {
  if (block == nullptr) return malloc(bytes);
  if (bytes == 0) {
    free(block);
    return nullptr;
  }
  void* const moved = malloc(bytes);
  if (moved == nullptr) return nullptr;
  const std::size_t old_bytes = HeaderOf(block)->bytes;
  memcpy(moved, block, old_bytes < bytes ? old_bytes : bytes);
  free(block);
  return moved;
}
void* reallocarray(void* block, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return realloc(block, bytes);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void* const taken = Take(alignment, bytes);
  if (taken == nullptr) return ENOMEM;
  *block = taken;
  return 0;
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) { return Take(alignment, bytes); }
void* memalign(std::size_t alignment, std::size_t bytes) { return Take(alignment, bytes); }
void* valloc(std::size_t bytes) { return Take(4096, bytes); }
void* pvalloc(std::size_t bytes) { return Take(4096, (bytes + 4095) / 4096 * 4096); }
std::size_t malloc_usable_size(void* block) { return block == nullptr ? 0 : HeaderOf(block)->bytes; }

}  // extern "C"
