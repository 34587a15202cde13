// C++ operator new and delete. They are counted here, with the caller of the operator, and whatever they call for
// it passes through: so each is counted once, also where a program's own operator does not end in malloc.
#include "hooks/report.h"

namespace memspec::hooks {
namespace {

template <ObjectKind kKind, typename Allocate>
[[gnu::always_inline]] inline void* Allocated(std::size_t bytes, Function function, const CallSite& site,
                                              Allocate&& allocate) {
  t_thread.inside_operator_new = true;
  void* const block = allocate();  // may throw: then PassedThrough() has taken the mark away
  if (!t_thread.inside_operator_new) return block;  // so it has here, and a later try was counted by its own hook
  t_thread.inside_operator_new = false;
  if (block != nullptr) {
    const RecursionGuard guard;
    ReportAllocated<kKind>(guard, block, bytes, function, site);
  }
  return block;
}

template <ObjectKind kKind, typename Release>
[[gnu::always_inline]] inline void Freed(void* block, Function function, const CallSite& site, Release&& release) {
  if (block == nullptr || PassesThrough()) {
    if constexpr (kKind == ObjectKind::kEngine) {
      if (block != nullptr && RecursionGuard::Active() && g_reporting.load(std::memory_order_relaxed)) {
        const ErrnoKeeper keep_errno;
        const RecursionGuard guard;
        g_sink.freed_inside(guard, block);
      }
    }
    release();
    return;
  }
  const RecursionGuard guard;
  (void)ReportFreed<kKind>(guard, block, function, site);
  release();
}

// Samples of V8's heap profiler are numbered, and stacks are matched to them by counting: so they are told even while
// the tracker itself runs and makes V8 allocate.
template <ObjectKind kKind>
[[gnu::noinline]] void TellHeapSample(void* block, std::size_t bytes, Function function, const CallSite& site) {
  if constexpr (kKind == ObjectKind::kEngine) {
    if (block == nullptr || !g_reporting.load(std::memory_order_relaxed) || !AttributeAllocation(function, site).heap_sample) return;
    const ErrnoKeeper keep_errno;
    const RecursionGuard guard;
    g_sink.heap_sampled(guard, block, bytes, true, site);
  }
}

}  // namespace

#define MEMSPEC_NEW(Name, parameters, arguments)                                                  \
  template <ObjectKind kKind>                                                                     \
  void* Hook<kKind>::Name parameters {                                                            \
    if (PassesThrough()) {                                                                        \
      void* const block = g_originals.Name arguments;                                             \
      if (RecursionGuard::Active()) TellHeapSample<kKind>(block, bytes, Function::k##Name, MEMSPEC_CALL_SITE()); \
      return block;                                                                               \
    }                                                                                             \
    return Allocated<kKind>(bytes, Function::k##Name, MEMSPEC_CALL_SITE(),                        \
                            [&] { return g_originals.Name arguments; });                          \
  }

MEMSPEC_NEW(New, (std::size_t bytes), (bytes))
MEMSPEC_NEW(NewArray, (std::size_t bytes), (bytes))
MEMSPEC_NEW(NewNothrow, (std::size_t bytes, const std::nothrow_t& tag), (bytes, tag))
MEMSPEC_NEW(NewArrayNothrow, (std::size_t bytes, const std::nothrow_t& tag), (bytes, tag))
MEMSPEC_NEW(NewAligned, (std::size_t bytes, std::align_val_t alignment), (bytes, alignment))
MEMSPEC_NEW(NewArrayAligned, (std::size_t bytes, std::align_val_t alignment), (bytes, alignment))
MEMSPEC_NEW(NewAlignedNothrow, (std::size_t bytes, std::align_val_t alignment, const std::nothrow_t& tag),
            (bytes, alignment, tag))
MEMSPEC_NEW(NewArrayAlignedNothrow, (std::size_t bytes, std::align_val_t alignment, const std::nothrow_t& tag),
            (bytes, alignment, tag))
#undef MEMSPEC_NEW

#define MEMSPEC_DELETE(Name, parameters, arguments)         \
  template <ObjectKind kKind>                               \
  void Hook<kKind>::Name parameters {                       \
    Freed<kKind>(block, Function::k##Name, MEMSPEC_CALL_SITE(), [&] { g_originals.Name arguments; }); \
  }

MEMSPEC_DELETE(Delete, (void* block), (block))
MEMSPEC_DELETE(DeleteArray, (void* block), (block))
MEMSPEC_DELETE(DeleteSized, (void* block, std::size_t bytes), (block, bytes))
MEMSPEC_DELETE(DeleteArraySized, (void* block, std::size_t bytes), (block, bytes))
MEMSPEC_DELETE(DeleteNothrow, (void* block, const std::nothrow_t& tag), (block, tag))
MEMSPEC_DELETE(DeleteArrayNothrow, (void* block, const std::nothrow_t& tag), (block, tag))
MEMSPEC_DELETE(DeleteAligned, (void* block, std::align_val_t alignment), (block, alignment))
MEMSPEC_DELETE(DeleteArrayAligned, (void* block, std::align_val_t alignment), (block, alignment))
MEMSPEC_DELETE(DeleteSizedAligned, (void* block, std::size_t bytes, std::align_val_t alignment),
               (block, bytes, alignment))
MEMSPEC_DELETE(DeleteArraySizedAligned, (void* block, std::size_t bytes, std::align_val_t alignment),
               (block, bytes, alignment))
MEMSPEC_DELETE(DeleteAlignedNothrow, (void* block, std::align_val_t alignment, const std::nothrow_t& tag),
               (block, alignment, tag))
MEMSPEC_DELETE(DeleteArrayAlignedNothrow, (void* block, std::align_val_t alignment, const std::nothrow_t& tag),
               (block, alignment, tag))
#undef MEMSPEC_DELETE

#define MEMSPEC_X(Name, symbol, presence, ...)                                   \
  template Originals::Name##Signature Hook<ObjectKind::kEngine>::Name;           \
  template Originals::Name##Signature Hook<ObjectKind::kRuntime>::Name;          \
  template Originals::Name##Signature Hook<ObjectKind::kProgram>::Name;
MEMSPEC_OPERATOR_NEW_FUNCTIONS(MEMSPEC_X)
MEMSPEC_OPERATOR_DELETE_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X

}  // namespace memspec::hooks
