// A library that is opened late and allocates through slots of its own, also when it is loaded: its constructor keeps
// one block by operator new (100 bytes) until the library is closed.
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
constexpr std::size_t kCapacity = 4096;
void* g_blocks[kCapacity];

struct KeptWhileLoaded {
  KeptWhileLoaded() : block(::operator new(100)) {}
  ~KeptWhileLoaded() { ::operator delete(block); }
  void* block;
} g_kept_while_loaded;
}  // namespace

extern "C" __attribute__((visibility("default"))) bool probe_second_allocate(std::size_t bytes, std::size_t count) {
  if (count > kCapacity) return false;
  bool ok = true;
  for (std::size_t i = 0; i < count; i++) {
    g_blocks[i] = malloc(bytes);
    ok = ok && g_blocks[i] != nullptr;
  }
  for (std::size_t i = 0; i < count; i++) free(g_blocks[i]);
  return ok;
}
