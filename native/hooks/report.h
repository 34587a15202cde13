// From a hook to the sink: the space is decided here, for each kind of object.
#pragma once
#include "hooks/callers.h"
#include "hooks/hook.h"
#include "hooks/loader_hooks.h"

namespace memspec::hooks {

template <ObjectKind kKind>
inline Space AllocationSpace(const RecursionGuard& guard, void* block, std::size_t bytes, Function function,
                             const CallSite& site) {
  if constexpr (kKind == ObjectKind::kProgram) {
    return Space::kNative;
  } else {
    const Attribution attribution = AttributeAllocation(function, site);
    if (attribution.heap_sample) g_sink.heap_sampled(guard, block, bytes, t_thread.own_work, site);
    return attribution.space;
  }
}

template <ObjectKind kKind>
inline void ReportAllocated(const RecursionGuard& guard, void* block, std::size_t bytes, Function function,
                            const CallSite& site) {
  const ErrnoKeeper keep_errno;
  if constexpr (kKind != ObjectKind::kProgram) g_sink.expected(block);  // finding the caller takes some time
  if (g_retries_left.load(std::memory_order_relaxed) != 0) [[unlikely]] RetryPatching();
  g_sink.allocated(guard, {block, bytes, AllocationSpace<kKind>(guard, block, bytes, function, site), function, site});
}

// The block was unknown: worth telling unless it is the engine's, which is in no figure.
template <ObjectKind kKind>
[[gnu::noinline]] void ReportUnknownFreed(const RecursionGuard& guard, Function function, const CallSite& site) {
  if constexpr (kKind != ObjectKind::kProgram) {
    if (AttributeAllocation(function, site).space == Space::kEngine) return;
  }
  g_sink.unknown_freed(guard);
}

// Before the real free.
template <ObjectKind kKind>
inline FreedBlock ReportFreed(const RecursionGuard& guard, void* block, Function function, const CallSite& site) {
  const ErrnoKeeper keep_errno;
  const FreedBlock freed = g_sink.freed(guard, block);
  if (!freed.known) [[unlikely]] ReportUnknownFreed<kKind>(guard, function, site);
  return freed;
}

}  // namespace memspec::hooks
