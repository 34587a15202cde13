// The malloc family. Each hook does what libc's function does, then tells the sink; a free is told before it is
// done, because another thread may be given that address at once.
#include "hooks/report.h"

namespace memspec::hooks {
namespace {

template <ObjectKind kKind>
[[gnu::always_inline]] inline void* Reported(void* block, std::size_t bytes, Function function, const CallSite& site) {
  if (block != nullptr) [[likely]] {
    const RecursionGuard guard;
    ReportAllocated<kKind>(guard, block, bytes, function, site);
  }
  return block;
}

template <ObjectKind kKind>
[[gnu::always_inline]] inline void Freed(void* block, Function function, const CallSite& site) {
  if (block == nullptr || PassesThrough()) return;
  const RecursionGuard guard;
  (void)ReportFreed<kKind>(guard, block, function, site);
}

// `reallocate` is the real call. The old block is reported freed first and handed back if the call failed.
template <ObjectKind kKind, typename Reallocate>
[[gnu::always_inline]] inline void* Reallocated(void* old_block, std::size_t bytes, Function function,
                                                const CallSite& site, Reallocate&& reallocate) {
  const RecursionGuard guard;
  FreedBlock freed;
  if (old_block != nullptr) freed = ReportFreed<kKind>(guard, old_block, function, site);
  void* const block = reallocate();
  if (block != nullptr) {
    ReportAllocated<kKind>(guard, block, bytes, function, site);
  } else if (old_block != nullptr && bytes != 0) {  // glibc's realloc(p, 0) frees p and gives a null pointer
    const ErrnoKeeper keep_errno;
    g_sink.restored(guard, old_block, freed);
  }
  return block;
}

}  // namespace

template <ObjectKind kKind>
void* Hook<kKind>::Malloc(std::size_t bytes) {
  void* const block = g_originals.Malloc(bytes);
  if (PassesThrough()) return PassedThrough(block);
  return Reported<kKind>(block, bytes, Function::kMalloc, MEMSPEC_CALL_SITE());
}

template <ObjectKind kKind>
void* Hook<kKind>::Calloc(std::size_t count, std::size_t size) {
  void* const block = g_originals.Calloc(count, size);
  if (PassesThrough()) return PassedThrough(block);
  return Reported<kKind>(block, count * size, Function::kCalloc, MEMSPEC_CALL_SITE());  // no block: it overflowed
}

template <ObjectKind kKind>
void* Hook<kKind>::Realloc(void* old_block, std::size_t bytes) {
  if (PassesThrough()) return g_originals.Realloc(old_block, bytes);
  return Reallocated<kKind>(old_block, bytes, Function::kRealloc, MEMSPEC_CALL_SITE(),
                            [=] { return g_originals.Realloc(old_block, bytes); });
}

template <ObjectKind kKind>
void* Hook<kKind>::Reallocarray(void* old_block, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (PassesThrough() || __builtin_mul_overflow(count, size, &bytes)) {  // on overflow nothing happens to the block
    return g_originals.Reallocarray(old_block, count, size);
  }
  return Reallocated<kKind>(old_block, bytes, Function::kReallocarray, MEMSPEC_CALL_SITE(),
                            [=] { return g_originals.Reallocarray(old_block, count, size); });
}

template <ObjectKind kKind>
void Hook<kKind>::Free(void* block) {
  Freed<kKind>(block, Function::kFree, MEMSPEC_CALL_SITE());
  g_originals.Free(block);
}

template <ObjectKind kKind>
void Hook<kKind>::Cfree(void* block) {
  Freed<kKind>(block, Function::kCfree, MEMSPEC_CALL_SITE());
  g_originals.Cfree(block);
}

template <ObjectKind kKind>
int Hook<kKind>::PosixMemalign(void** block, std::size_t alignment, std::size_t bytes) {
  const int error = g_originals.PosixMemalign(block, alignment, bytes);
  if (PassesThrough()) {
    PassedThrough(error == 0 ? *block : nullptr);
  } else if (error == 0) {
    Reported<kKind>(*block, bytes, Function::kPosixMemalign, MEMSPEC_CALL_SITE());
  }
  return error;
}

template <ObjectKind kKind>
void* Hook<kKind>::AlignedAlloc(std::size_t alignment, std::size_t bytes) {
  void* const block = g_originals.AlignedAlloc(alignment, bytes);
  if (PassesThrough()) return PassedThrough(block);
  return Reported<kKind>(block, bytes, Function::kAlignedAlloc, MEMSPEC_CALL_SITE());
}

template <ObjectKind kKind>
void* Hook<kKind>::Memalign(std::size_t alignment, std::size_t bytes) {
  void* const block = g_originals.Memalign(alignment, bytes);
  if (PassesThrough()) return PassedThrough(block);
  return Reported<kKind>(block, bytes, Function::kMemalign, MEMSPEC_CALL_SITE());
}

template <ObjectKind kKind>
void* Hook<kKind>::Valloc(std::size_t bytes) {
  void* const block = g_originals.Valloc(bytes);
  if (PassesThrough()) return PassedThrough(block);
  return Reported<kKind>(block, bytes, Function::kValloc, MEMSPEC_CALL_SITE());
}

template <ObjectKind kKind>
void* Hook<kKind>::Pvalloc(std::size_t bytes) {
  void* const block = g_originals.Pvalloc(bytes);
  if (PassesThrough()) return PassedThrough(block);
  return Reported<kKind>(block, bytes, Function::kPvalloc, MEMSPEC_CALL_SITE());
}

#define MEMSPEC_X(Name, symbol, presence, ...)                                   \
  template Originals::Name##Signature Hook<ObjectKind::kEngine>::Name;           \
  template Originals::Name##Signature Hook<ObjectKind::kRuntime>::Name;          \
  template Originals::Name##Signature Hook<ObjectKind::kProgram>::Name;
MEMSPEC_ALLOCATION_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X

}  // namespace memspec::hooks
