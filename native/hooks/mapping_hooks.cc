// mmap and its kin. One lock covers each call and its report: the kernel serialises changes of the address space
// anyway, and so the sink hears of them in the order in which they happened, and only of those that did.
#include <pthread.h>
#include <sys/mman.h>

#include "hooks/report.h"

namespace memspec::hooks {
namespace {

constinit pthread_mutex_t g_mapping_mutex = PTHREAD_MUTEX_INITIALIZER;

// A mapping call and its report. Holds the guard before the lock, so that a signal handler that maps memory on
// this thread passes through and does not wait for itself.
class MappingCall {
 public:
  MappingCall() { pthread_mutex_lock(&g_mapping_mutex); }
  ~MappingCall() { pthread_mutex_unlock(&g_mapping_mutex); }
  MappingCall(const MappingCall&) = delete;
  MappingCall& operator=(const MappingCall&) = delete;
  const RecursionGuard& guard() const { return guard_; }

 private:
  const RecursionGuard guard_;
};

template <ObjectKind kKind>
Space MappingSpace(const CallSite& site) {
  if constexpr (kKind == ObjectKind::kProgram) return Space::kNative;
  return AttributeMapping(site);
}

template <ObjectKind kKind>
[[gnu::always_inline]] inline void* MapAndReport(Originals::MmapSignature* map, Function function, void* address,
                                                 std::size_t bytes, int protection, int flags, int file,
                                                 off_t offset, const CallSite& site) {
  const MappingCall call;
  void* const mapping = map(address, bytes, protection, flags, file, offset);
  if (mapping == MAP_FAILED) return mapping;
  const ErrnoKeeper keep_errno;
  if ((flags & MAP_FIXED) != 0) g_sink.unmapped(call.guard(), mapping, bytes);  // what lay there is gone
  g_sink.mapped(call.guard(),
                {mapping, bytes, protection != PROT_NONE, MappingSpace<kKind>(site), function, site});
  return mapping;
}

}  // namespace

template <ObjectKind kKind>
void* Hook<kKind>::Mmap(void* address, std::size_t bytes, int protection, int flags, int file, off_t offset) {
  if (PassesThrough()) return g_originals.Mmap(address, bytes, protection, flags, file, offset);
  return MapAndReport<kKind>(g_originals.Mmap, Function::kMmap, address, bytes, protection, flags, file, offset,
                             MEMSPEC_CALL_SITE());
}

template <ObjectKind kKind>
void* Hook<kKind>::Mmap64(void* address, std::size_t bytes, int protection, int flags, int file, off_t offset) {
  if (PassesThrough()) return g_originals.Mmap64(address, bytes, protection, flags, file, offset);
  return MapAndReport<kKind>(g_originals.Mmap64, Function::kMmap64, address, bytes, protection, flags, file, offset,
                             MEMSPEC_CALL_SITE());
}

template <ObjectKind kKind>
int Hook<kKind>::Munmap(void* address, std::size_t bytes) {
  if (PassesThrough()) return g_originals.Munmap(address, bytes);
  const MappingCall call;
  const int result = g_originals.Munmap(address, bytes);
  if (result == 0) {
    const ErrnoKeeper keep_errno;
    g_sink.unmapped(call.guard(), address, bytes);
  }
  return result;
}

template <ObjectKind kKind>
void* Hook<kKind>::Mremap(void* old_address, std::size_t old_bytes, std::size_t bytes, int flags, void* new_address) {
  if (PassesThrough()) return g_originals.Mremap(old_address, old_bytes, bytes, flags, new_address);
  const CallSite site = MEMSPEC_CALL_SITE();
  const MappingCall call;
  void* const mapping = g_originals.Mremap(old_address, old_bytes, bytes, flags, new_address);
  if (mapping == MAP_FAILED) return mapping;
  const ErrnoKeeper keep_errno;
#ifdef MREMAP_DONTUNMAP
  const bool old_stays = (flags & MREMAP_DONTUNMAP) != 0;
#else
  const bool old_stays = false;
#endif
  // Length 0 duplicates a shared mapping, and MREMAP_DONTUNMAP leaves the (emptied) old one where it is.
  if (old_bytes != 0 && !old_stays) g_sink.unmapped(call.guard(), old_address, old_bytes);
  if ((flags & MREMAP_FIXED) != 0) g_sink.unmapped(call.guard(), mapping, bytes);
  g_sink.mapped(call.guard(), {mapping, bytes, true, MappingSpace<kKind>(site), Function::kMremap, site});
  return mapping;
}

template <ObjectKind kKind>
int Hook<kKind>::Mprotect(void* address, std::size_t bytes, int protection) {
  if (PassesThrough()) return g_originals.Mprotect(address, bytes, protection);
  const CallSite site = MEMSPEC_CALL_SITE();
  const MappingCall call;
  const int result = g_originals.Mprotect(address, bytes, protection);
  if (result == 0) {
    const ErrnoKeeper keep_errno;
    g_sink.mapped(call.guard(),
                  {address, bytes, protection != PROT_NONE, MappingSpace<kKind>(site), Function::kMprotect, site});
  }
  return result;
}

#define MEMSPEC_X(Name, symbol, presence, ...)                                   \
  template Originals::Name##Signature Hook<ObjectKind::kEngine>::Name;           \
  template Originals::Name##Signature Hook<ObjectKind::kRuntime>::Name;          \
  template Originals::Name##Signature Hook<ObjectKind::kProgram>::Name;
MEMSPEC_MAPPING_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X

}  // namespace memspec::hooks
