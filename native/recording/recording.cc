#include "recording/recording.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "recording/state.h"

namespace memspec::recording {

constinit std::atomic<bool> g_running{false};
constinit State g_state;

namespace {

constexpr std::uint64_t kPatienceUs = 5'000'000;
constexpr std::uint32_t kWaitMs = 100;

Allocator AllocatorOf(int function) { return static_cast<Allocator>(function + 1); }

// Under the lock: a stack that is named for the first time.
void NoteStack(State& state, StackId stack, ThreadNumber thread) {
  const auto number = static_cast<std::uint32_t>(stack);
  if (number == 0 || number > kMaxStacks || state.seen_stacks[number] != 0) [[likely]] return;
  state.seen_stacks[number] = 1;
  const std::uint32_t count = state.fresh_count.load(std::memory_order_relaxed);
  state.fresh[count] = {stack, state.threads[static_cast<std::uint32_t>(thread)].isolate};
  state.fresh_count.store(count + 1, std::memory_order_release);
}

[[gnu::noinline]] ThreadNumber NewThread(std::uint32_t epoch) {
  const auto system_id = static_cast<std::uint32_t>(syscall(SYS_gettid));
  const SpinGuard hold(g_state.lock);
  if (!g_state.running || g_state.threads == nullptr) return ThreadNumber::kNone;
  // Beyond the capacity all share the last number.
  if (g_state.thread_count + 1 < Aggregator::kMaxThreads) ++g_state.thread_count;
  const std::uint32_t number = g_state.thread_count;
  g_state.threads[number] = {system_id, IsolateNumber::kNone};
  t_thread.recording_thread = number;
  t_thread.recording_epoch = epoch;
  return static_cast<ThreadNumber>(number);
}

IsolateNumber IsolateOf(const State& state, ThreadNumber thread) {
  return state.threads[static_cast<std::uint32_t>(thread)].isolate;
}

}  // namespace

ThreadNumber ThisThread(const RecursionGuard&) {
  // acquire: the table that the number is of is there.
  const std::uint32_t epoch = g_state.epoch.load(std::memory_order_acquire);
  if (t_thread.recording_epoch == epoch) [[likely]] return static_cast<ThreadNumber>(t_thread.recording_thread);
  return NewThread(epoch);
}

void AwaitBuffer(std::uint32_t seen, std::uint64_t* waiting_since) {
  const std::uint64_t now = MonotonicUs();
  if (*waiting_since == 0) *waiting_since = now;
  if (now - *waiting_since > kPatienceUs) {
    StopRunning(Reason::kSlow);
    return;
  }
  g_state.buffer.Wait(seen, kWaitMs);
}

void StopRunning(Reason reason) {
  {
    const SpinGuard hold(g_state.lock);
    if (!g_state.running) return;
    g_state.running = false;
    g_state.reason = reason;
    g_running.store(false, std::memory_order_relaxed);
  }
  g_state.writer.Raise();
  g_state.buffer.Raise();
}

std::uint64_t NowUs() { return MonotonicUs() - g_state.began_us; }

void Allocated(const RecursionGuard& guard, Space space, int function, std::uint64_t address, std::uint64_t bytes,
               StackId stack) {
  const Allocation event{ThisThread(guard), space, AllocatorOf(function), address, bytes, stack};
  Emit(guard, kMaxEventBytes, [&](State& state) {
    NoteStack(state, stack, event.thread);
    if (state.sums) {
      state.aggregator.Add(event);
    } else {
      state.buffers.encoder().Add(event);
    }
  });
}

void Freed(const RecursionGuard& guard, Space space, std::uint64_t address) {
  const ThreadNumber thread = ThisThread(guard);
  Emit(guard, kMaxEventBytes, [&](State& state) {
    if (state.sums) {
      state.aggregator.AddFree(thread, address);
    } else {
      state.buffers.encoder().AddFree(thread, space, address);
    }
  });
}

void Restored(const RecursionGuard& guard) {
  const ThreadNumber thread = ThisThread(guard);
  Emit(guard, kMaxEventBytes, [&](State& state) {
    if (state.sums) {
      state.aggregator.AddRestored(thread);
    } else {
      state.buffers.encoder().AddRestored(thread);
    }
  });
}

void Mapped(const RecursionGuard& guard, Space space, int function, std::uint64_t address, std::uint64_t bytes, StackId stack,
            bool commit) {
  const Mapping event{ThisThread(guard), space, AllocatorOf(function), address, bytes, stack, commit};
  Emit(guard, kMaxEventBytes, [&](State& state) {
    NoteStack(state, stack, event.thread);
    if (state.sums) {
      state.aggregator.Add(event);
    } else {
      state.buffers.encoder().Add(event);
    }
  });
}

void Unmapped(const RecursionGuard& guard, std::uint64_t address, std::uint64_t bytes) {
  const ThreadNumber thread = ThisThread(guard);
  Emit(guard, kMaxEventBytes, [&](State& state) {
    if (state.sums) {
      state.aggregator.AddUnmap(address, bytes);
    } else {
      state.buffers.encoder().AddUnmap(thread, address, bytes);
    }
  });
}

void HeapAllocated(const RecursionGuard& guard, std::uint64_t handle, std::uint64_t bytes, StackId stack) {
  const ThreadNumber thread = ThisThread(guard);
  Emit(guard, kMaxEventBytes, [&](State& state) {
    NoteStack(state, stack, thread);
    const HeapAllocation event{thread, IsolateOf(state, thread), handle, bytes, stack};
    if (state.sums) {
      state.aggregator.Add(event);
    } else {
      state.buffers.encoder().Add(event);
    }
  });
}

void HeapFreed(const RecursionGuard& guard, std::uint64_t handle) {
  const ThreadNumber thread = ThisThread(guard);
  Emit(guard, kMaxEventBytes, [&](State& state) {
    if (state.sums) {
      state.aggregator.AddHeapFree(handle);
    } else {
      state.buffers.encoder().AddHeapFree(thread, handle);
    }
  });
}

void Sampling(const RecursionGuard& guard, std::uint64_t interval, bool collected_are_told) {
  const ThreadNumber thread = ThisThread(guard);
  Emit(guard, kMaxEventBytes, [&](State& state) {
    if (state.sums) {
      state.aggregator.AddSampling(IsolateOf(state, thread), interval);
    } else {
      state.buffers.encoder().AddSampling(thread, interval, collected_are_told);
    }
  });
}

// In files of both kinds, as levels are: so that the time of a peak is the same in both.
void Collected(const RecursionGuard& guard, Collection kind, std::uint64_t used, bool ended) {
  const ThreadNumber thread = ThisThread(guard);
  const std::uint64_t time = NowUs();
  Emit(guard, kMaxEventBytes, [&](State& state) {
    const CollectionEvent event{thread, IsolateOf(state, thread), time, kind, used, ended};
    if (state.sums) state.aggregator.Add(event);
    state.buffers.encoder().Add(event);
  });
}

void HeapEnds(const RecursionGuard& guard, IsolateNumber isolate) {
  const ThreadNumber thread = ThisThread(guard);
  Emit(guard, kMaxEventBytes, [&](State& state) {
    if (state.sums) {
      state.aggregator.AddHeapEnds(isolate);
    } else {
      state.buffers.encoder().AddHeapEnds(thread, isolate);
    }
  });
}

void UnknownFreed() { g_state.unknown_frees.fetch_add(1, std::memory_order_relaxed); }

void Missed(const RecursionGuard&) {
  g_state.missed_in_all.fetch_add(1, std::memory_order_relaxed);
  const SpinGuard hold(g_state.lock);
  ++g_state.missed;  // written with the next levels
}

std::uint32_t FreshStacks() { return g_state.fresh_count.load(std::memory_order_acquire); }

FreshStack FreshStackAt(std::uint32_t index) { return g_state.fresh[index]; }

}  // namespace memspec::recording
