// The life of a recording.
#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include "recording/state.h"

namespace memspec::recording {
namespace {

constexpr std::size_t kFreshBytes = (std::size_t{kMaxStacks} + 1) * sizeof(FreshStack);
constexpr std::size_t kThreadsBytes = std::size_t{Aggregator::kMaxThreads} * sizeof(State::Thread);

std::mutex& LifeMutex() {
  static std::mutex* const mutex = new std::mutex;  // threads outlive static destruction
  return *mutex;
}

// What belongs to one recording begins empty: fresh pages instead of sweeping old ones.
template <class Memory>
bool Renew(Memory*& memory, std::size_t bytes) {
  UnmapOwn(memory, bytes, Backing::kLazily);
  memory = static_cast<Memory*>(MapOwn(bytes, Backing::kLazily));
  return memory != nullptr;
}

bool Prepare(bool sums) {
  return Renew(g_state.seen_stacks, kMaxStacks + 1) && Renew(g_state.fresh, kFreshBytes) &&
         Renew(g_state.threads, kThreadsBytes) && g_state.buffers.Prepare() && (!sums || g_state.aggregator.Prepare());
}

// No signal of the program's is to be handled on a thread of ours; nor does a write that goes beyond a limit end the process.
bool StartThread(pthread_t* thread, void* (*body)(void*)) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const bool started = pthread_create(thread, nullptr, body, nullptr) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

// A child has none of our threads: it records nothing, and ends nothing.
void ForgetInChild() {
  g_running.store(false, std::memory_order_relaxed);
  g_state.open.store(false, std::memory_order_relaxed);
  g_state.file.Close();
}

}  // namespace

Names& AllNames() {
  static Names* const names = new Names;
  return *names;
}

Names* TheNames() { return g_state.open.load(std::memory_order_acquire) ? &AllNames() : nullptr; }

bool Open() { return g_state.open.load(std::memory_order_acquire); }

std::uint32_t Epoch() { return g_state.epoch.load(std::memory_order_relaxed); }

Begun Begin(const RecursionGuard&, const Plan& plan) {
  const std::lock_guard life(LifeMutex());
  if (Open()) return {false, 0, true};
  static const int followed = pthread_atfork(nullptr, nullptr, ForgetInChild);
  static_cast<void>(followed);
  {
    // One that is late from an earlier recording looks at nothing: it finds, under a lock, that none is open.
    const std::lock_guard hold(AllNames().mutex());
    AllNames().Reset();
    if (!Prepare(plan.sums)) return {false, ENOMEM, false};
  }
  if (const int error = g_state.file.Open(plan.file.c_str(), plan.overwrite)) return {false, error, false};
  if (!g_state.file.WriteHeader() || !g_state.file.WriteChunk(ChunkKind::kMeta, plan.meta)) {
    const int error = g_state.file.error();
    g_state.file.Close();
    return {false, error, false};
  }
  delete g_state.plan;
  g_state.plan = new Plan(plan);
  g_state.began_us = MonotonicUs();
  g_state.events = g_state.missed = g_state.dropped_stacks = 0;
  g_state.thread_count = 0;
  g_state.sums = plan.sums;
  g_state.exit_code_known = false;
  g_state.fresh_count.store(0, std::memory_order_relaxed);
  g_state.last_isolate.store(0, std::memory_order_relaxed);
  g_state.unknown_frees.store(0, std::memory_order_relaxed);
  g_state.missed_in_all.store(0, std::memory_order_relaxed);
  g_state.dropped_bytes.store(0, std::memory_order_relaxed);
  g_state.ending.store(false, std::memory_order_relaxed);
  g_state.finishing.store(false, std::memory_order_relaxed);
  g_state.epoch.fetch_add(1, std::memory_order_release);
  g_state.open.store(true, std::memory_order_release);
  {
    const SpinGuard hold(g_state.lock);
    g_state.running = true;
    g_state.reason = Reason::kStop;
  }
  bool started = StartThread(&g_state.writer_thread, RunWriter);
  // Before the keeper looks: it ends when nothing runs.
  if (started) g_running.store(true, std::memory_order_release);
  if (started && !StartThread(&g_state.keeper_thread, RunKeeper)) {
    started = false;
    StopRunning(Reason::kSlow);
    pthread_join(g_state.writer_thread, nullptr);
  }
  if (!started) {
    {
      const SpinGuard hold(g_state.lock);
      g_state.running = false;
    }
    g_state.open.store(false, std::memory_order_release);
    g_state.file.Close();
    return {false, EAGAIN, false};
  }
  return {true, 0, false};
}

Summary End(const RecursionGuard& guard, Reason reason, bool exit_code_known, int exit_code, std::uint64_t dropped_stacks) {
  const std::lock_guard life(LifeMutex());
  Summary summary;
  if (!Open()) return summary;
  g_state.ending.store(true, std::memory_order_release);
  g_state.keeper.Raise();
  pthread_join(g_state.keeper_thread, nullptr);
  TellLevels(guard);
  NameThreads(guard, true);
  // Read by the writer once nothing runs any more.
  if (Running()) {
    g_state.exit_code_known = exit_code_known;
    g_state.exit_code = exit_code;
    g_state.dropped_stacks = dropped_stacks;
  }
  StopRunning(reason);
  g_state.plan->host.name_last(guard);
  g_state.finishing.store(true, std::memory_order_release);
  g_state.writer.Raise();
  pthread_join(g_state.writer_thread, nullptr);
  g_state.open.store(false, std::memory_order_release);
  const SpinGuard hold(g_state.lock);
  summary.bytes = g_state.file.bytes();
  summary.events = g_state.events;
  summary.reason = g_state.reason;
  summary.dropped_stacks = dropped_stacks;
  summary.dropped_blocks = g_state.missed_in_all.load(std::memory_order_relaxed);
  if (g_state.sums) {
    summary.dropped_stacks += g_state.aggregator.rows_dropped();
    summary.dropped_blocks += g_state.aggregator.blocks_dropped();
  }
  summary.unknown_frees = g_state.unknown_frees.load(std::memory_order_relaxed);
  summary.dropped_bytes = g_state.dropped_bytes.load(std::memory_order_relaxed);
  summary.error = g_state.file.error();
  return summary;
}

IsolateNumber NewIsolate() {
  return static_cast<IsolateNumber>(g_state.last_isolate.fetch_add(1, std::memory_order_relaxed) + 1);
}

void SetIsolate(const RecursionGuard& guard, IsolateNumber isolate, bool worker, const std::string& name) {
  const auto thread = static_cast<std::uint32_t>(ThisThread(guard));
  std::uint32_t system_id = 0;
  {
    const SpinGuard hold(g_state.lock);
    if (!g_state.running) return;
    g_state.threads[thread].isolate = isolate;
    system_id = g_state.threads[thread].system_id;
  }
  const std::lock_guard hold(AllNames().mutex());
  AllNames().Isolate(isolate, worker, name);
  AllNames().Thread(static_cast<ThreadNumber>(thread), system_id, name, isolate);
}

}  // namespace memspec::recording
