#include "capture/recorder.h"

#include <pthread.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <mutex>

#include "base/domain.h"
#include "base/spin_lock.h"
#include "capture/isolate_recording.h"
#include "capture/isolate_state.h"
#include "capture/leak_run.h"
#include "capture/recording_control.h"
#include "hooks/function_list.h"
#include "ledger/ledger.h"
#include "recording/recording.h"
#include "stacks/stacks.h"

namespace memspec::capture {

namespace {

constexpr std::uint64_t kSeed = 0x9e3779b97f4a7c15u;
// Above this many intervals an allocation is sampled with certainty, as far as a double can tell.
constexpr double kCertain = 36.0;

// Intervals of the counting measurements of all isolates, for threads that belong to none.
struct HelperIntervals {
  static constexpr int kCapacity = 64;  // beyond: the helper threads are sampled at the interval already in force
  SpinLock lock;
  std::uint64_t interval[kCapacity] = {};
  int count = 0;
};
constinit HelperIntervals g_helper_intervals;
constinit std::atomic<std::uint64_t> g_helper_interval{0};
constinit std::atomic<std::uint32_t> g_helper_epoch{0};

double NextRandom(ThreadState& thread) {  // xorshift64*, in (0, 1]
  std::uint64_t x = thread.random_state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  thread.random_state = x;
  return (static_cast<double>((x * 0x2545f4914f6cdd1du) >> 11) + 1.0) * 0x1.0p-53;
}

std::int64_t DrawGap(ThreadState& thread, std::uint64_t interval) {
  return static_cast<std::int64_t>(-std::log(NextRandom(thread)) * static_cast<double>(interval)) + 1;
}

ledger::Sample Weigh(StackId stack, std::size_t bytes, std::uint64_t interval) {
  ledger::Sample sample;
  sample.stack = stack;
  const double ratio = static_cast<double>(bytes) / static_cast<double>(interval);
  // An allocation of n bytes is sampled with probability 1 - exp(-n / interval); its inverse is what it stands for.
  sample.weight_count = interval == 1 || ratio > kCertain ? 1.0 : 1.0 / -std::expm1(-ratio);
  sample.weight_bytes = static_cast<std::uint64_t>(static_cast<double>(bytes) * sample.weight_count + 0.5);
  return sample;
}

ledger::Sample MaybeSample(const RecursionGuard& guard, ThreadState& thread, std::size_t bytes,
                           const hooks::CallSite& site) {
  IsolateState* const isolate = thread.isolate;
  std::uint64_t interval;
  if (isolate != nullptr) {
    interval = isolate->sample_interval();
  } else {
    interval = g_helper_interval.load(std::memory_order_relaxed);
    const std::uint32_t epoch = g_helper_epoch.load(std::memory_order_relaxed);
    if (interval != 0 && thread.sampling_epoch != epoch) {
      thread.sampling_epoch = epoch;
      SeedSampling(guard, interval);
    }
  }
  if (interval == 0) return {};
  // Zero bytes are an allocation too: in exact mode they are sampled like any other.
  if (interval > 1) {
    thread.bytes_until_sample -= static_cast<std::int64_t>(bytes);
    if (thread.bytes_until_sample > 0 || bytes == 0) return {};
    thread.bytes_until_sample = DrawGap(thread, interval);
  }
  const StackId stack = isolate != nullptr
                            ? stacks::CaptureRepeated(guard, isolate->isolate(), isolate->code(), site)
                            : stacks::CaptureNative(guard, site);
  if (stack == StackId::kNone) return {};
  return Weigh(stack, bytes, interval);
}

// Off-heap memory moved: the peak of the sum may want to know how much of the heap is used at this moment.
void MaybeReadHeap(const RecursionGuard& guard, ThreadState& thread) {
  if (thread.isolate != nullptr && ledger::WantsHeapReading(guard, thread.domain)) {
    thread.isolate->meter().ReadForLedger(guard);
  }
}

// A recording runs: every allocation has a stack, whether measurements sample it or not.
StackId StackForRecording(const RecursionGuard& guard, ThreadState& thread, const ledger::Sample& sample,
                          const hooks::CallSite& site) {
  IsolateState* const isolate = thread.isolate;
  if (WantsNativeStacks()) {
    return isolate != nullptr ? stacks::CaptureHybrid(guard, isolate->isolate(), &isolate->code(), site)
                              : stacks::CaptureHybrid(guard, nullptr, nullptr, site);
  }
  if (sample.stack != StackId::kNone) return sample.stack;
  return isolate != nullptr ? stacks::CaptureRepeated(guard, isolate->isolate(), isolate->code(), site)
                            : stacks::CaptureNative(guard, site);
}

// Before an event of this thread is told to the recording: what its isolate has to tell first.
void TellSampleFirst(const RecursionGuard& guard, ThreadState& thread) {
  if (thread.isolate != nullptr && thread.isolate->recording() != nullptr) thread.isolate->lifetimes().Flush(guard);
}

// The same where V8 itself is not at work.
void TellHeapFirst(const RecursionGuard& guard, ThreadState& thread) {
  TellSampleFirst(guard, thread);
  if (thread.isolate == nullptr || thread.isolate->recording() == nullptr || thread.own_work) return;
  thread.isolate->recording()->MaybeRead(guard);
}

[[gnu::noinline]] void RecordAllocated(const RecursionGuard& guard, ThreadState& thread, const hooks::AllocationEvent& event,
                                       const ledger::Sample& sample, bool known) {
  TellHeapFirst(guard, thread);
  if (!known) {
    recording::Missed(guard);  // its free will be an unknown one
    return;
  }
  recording::Allocated(guard, event.space, static_cast<int>(event.function), reinterpret_cast<std::uintptr_t>(event.address),
                       event.bytes, StackForRecording(guard, thread, sample, event.site));
}

[[gnu::noinline]] void RecordFreed(const RecursionGuard& guard, void* address, const ledger::Block* block) {
  ThreadState& thread = t_thread;
  // V8's samples of its heap: of the engine's memory, or, made while memspec worked, of nobody's.
  if (block == nullptr || block->space == Space::kEngine) {
    if (thread.isolate == nullptr) return;
    heap::Lifetimes& lifetimes = thread.isolate->lifetimes();
    if (block == nullptr || lifetimes.probing() || lifetimes.IsSample(block->bytes)) lifetimes.Freed(guard, address);
    return;
  }
  TellHeapFirst(guard, thread);
  recording::Freed(guard, block->space, reinterpret_cast<std::uintptr_t>(address));
}

void OnExpected(const void* address) { ledger::Expect(address); }

void OnAllocated(const RecursionGuard& guard, const hooks::AllocationEvent& event) {
  ThreadState& thread = t_thread;
  if (thread.own_work) return;
  ledger::Sample sample;
  if (event.space != Space::kEngine) sample = MaybeSample(guard, thread, event.bytes, event.site);
  const bool known = ledger::Allocate(guard, event.address, event.bytes, event.space, DomainOf(thread), sample);
  if (recording::Running() && event.space != Space::kEngine) [[unlikely]] RecordAllocated(guard, thread, event, sample, known);
  if (event.space != Space::kEngine) MaybeReadHeap(guard, thread);
}

hooks::FreedBlock OnFreed(const RecursionGuard& guard, void* address) {
  static_assert(sizeof(ledger::Block) <= sizeof(hooks::FreedBlock::opaque));
  hooks::FreedBlock freed;
  ledger::Block block;
  freed.known = ledger::Free(guard, address, &block);
  if (freed.known) std::memcpy(freed.opaque, &block, sizeof block);
  if (recording::Running() || (t_thread.isolate != nullptr && t_thread.isolate->lifetimes().probing())) [[unlikely]] RecordFreed(guard, address, freed.known ? &block : nullptr);
  return freed;
}

void OnUnknownFreed(const RecursionGuard& guard) {
  if (t_thread.own_work) return;  // memspec frees what it allocated itself
  ledger::CountUnknownFree(guard, DomainOf(t_thread));
  recording::UnknownFreed();
}

void OnRestored(const RecursionGuard& guard, void* address, const hooks::FreedBlock& freed) {
  if (!freed.known) return;
  ledger::Block block;
  std::memcpy(&block, freed.opaque, sizeof block);
  ledger::Restore(guard, address, block);
  if (recording::Running() && block.space != Space::kEngine) recording::Restored(guard);
}

void OnUnmapped(const RecursionGuard& guard, void* address, std::size_t bytes) {
  ledger::Unmap(guard, address, bytes);
  if (!recording::Running()) return;
  TellSampleFirst(guard, t_thread);  // V8 may be giving back its own pages
  recording::Unmapped(guard, reinterpret_cast<std::uintptr_t>(address), bytes);
}

void OnMapped(const RecursionGuard& guard, const hooks::MappingEvent& event) {
  ThreadState& thread = t_thread;
  if (!event.accessible) {
    OnUnmapped(guard, event.address, event.bytes);
    return;
  }
  if (thread.own_work) return;
  ledger::Sample sample;
  if (event.space != Space::kEngine) sample = MaybeSample(guard, thread, event.bytes, event.site);
  const auto record = event.function == hooks::Function::kMprotect ? ledger::Commit : ledger::Map;
  record(guard, event.address, event.bytes, event.space, DomainOf(thread), sample);
  if (recording::Running() && event.space != Space::kEngine) {
    TellHeapFirst(guard, thread);
    recording::Mapped(guard, event.space, static_cast<int>(event.function), reinterpret_cast<std::uintptr_t>(event.address),
                      event.bytes, StackForRecording(guard, thread, sample, event.site),
                      event.function == hooks::Function::kMprotect);
  }
  if (event.space != Space::kEngine) MaybeReadHeap(guard, thread);
}

void OnHeapSampled(const RecursionGuard& guard, void* block, std::size_t bytes, bool own, const hooks::CallSite& site) {
  IsolateState* const isolate = t_thread.isolate;
  if (isolate == nullptr) return;
  if (isolate->lifetimes().probing()) isolate->lifetimes().Probe(block, bytes);
  const StackId stack = isolate->sampler().OnSample(guard, site);
  if (!own && isolate->recording() != nullptr) isolate->recording()->HeapSampled(guard, block, bytes, stack, site);
}

void OnFreedInside(const RecursionGuard& guard, void* address) {
  if (t_thread.isolate != nullptr) t_thread.isolate->lifetimes().Freed(guard, address);
}

void OnOpened(const RecursionGuard& guard, int descriptor, const hooks::CallSite& site) {
  const ThreadState& thread = t_thread;
  if (thread.own_work || thread.isolate == nullptr || thread.isolate->leak_run() == nullptr) return;
  thread.isolate->leak_run()->descriptors().Opened(guard, *thread.isolate, descriptor, site);
}

std::mutex& InstallMutex() {
  static std::mutex* const mutex = new std::mutex;  // threads outlive static destruction
  return *mutex;
}

constexpr hooks::Sink kSink = {OnExpected, OnAllocated, OnFreed, OnUnknownFreed, OnRestored, OnMapped, OnUnmapped,
                               OnHeapSampled, OnOpened, OnFreedInside};

}  // namespace

hooks::InstallResult InstallHooks(const RecursionGuard& guard) {
  const std::lock_guard lock(InstallMutex());
  if (!hooks::Installed()) ledger::ForgetBlocks(guard);
  // Before the hooks' own handlers: those are called in the opposite order, and the hooks' locks come first.
  static const int followed = pthread_atfork(ledger::LockAllForFork, ledger::UnlockAfterFork, ledger::UnlockAfterFork);
  static_cast<void>(followed);
  return hooks::Install(kSink);
}

void RemoveHooks(const RecursionGuard&) {
  const std::lock_guard lock(InstallMutex());
  hooks::Remove();
}

void SeedSampling(const RecursionGuard&, std::uint64_t interval) {
  t_thread.random_state = kSeed;
  t_thread.bytes_until_sample = interval > 1 ? DrawGap(t_thread, interval) : 0;
}

void HelperSampling(const RecursionGuard&, std::uint64_t interval, int change) {
  HelperIntervals& all = g_helper_intervals;
  const SpinGuard lock(all.lock);
  if (change > 0) {
    if (all.count < HelperIntervals::kCapacity) all.interval[all.count++] = interval;
  } else {
    for (int i = 0; i < all.count; ++i) {
      if (all.interval[i] != interval) continue;
      all.interval[i] = all.interval[--all.count];
      break;
    }
  }
  std::uint64_t smallest = 0;
  for (int i = 0; i < all.count; ++i) {
    if (smallest == 0 || all.interval[i] < smallest) smallest = all.interval[i];
  }
  g_helper_interval.store(smallest, std::memory_order_relaxed);
  g_helper_epoch.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace memspec::capture
