// The keeper's thread: levels at each point of the timeline, and names for what is new.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "recording/state.h"

namespace memspec::recording {
namespace {

constexpr std::uint64_t kNameUs = 200'000;
// A thread is often named after it was made.
constexpr std::uint64_t kNamedAgainUs = 2'000'000;

// A small file of the kernel's, as text.
std::size_t ReadSmall(const char* path, char* to, std::size_t capacity) {
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const long length = syscall(SYS_read, file, to, capacity - 1);
  syscall(SYS_close, file);
  const std::size_t bytes = length > 0 ? static_cast<std::size_t>(length) : 0;
  to[bytes] = '\0';
  return bytes;
}

std::uint64_t ResidentBytes() {
  char text[128];
  if (ReadSmall("/proc/self/statm", text, sizeof text) == 0) return 0;
  char* at = text;
  std::strtoull(at, &at, 10);
  return std::strtoull(at, &at, 10) * PageSize();
}

std::string ThreadName(std::uint32_t system_id) {
  char path[64];
  char name[64];
  std::snprintf(path, sizeof path, "/proc/self/task/%u/comm", system_id);
  std::size_t length = ReadSmall(path, name, sizeof name);
  if (length > 0 && name[length - 1] == '\n') --length;
  return std::string(name, length);
}

// Threads whose name has been told, and how often.
struct Told {
  std::uint32_t first = 0, again = 0;
  std::uint64_t due = 0;
};
Told g_told;

void NameThread(std::uint32_t number) {
  State::Thread thread;
  {
    const SpinGuard hold(g_state.lock);
    thread = g_state.threads[number];
  }
  const std::string name = ThreadName(thread.system_id);
  const std::lock_guard hold(AllNames().mutex());
  AllNames().Thread(static_cast<ThreadNumber>(number), thread.system_id, name, thread.isolate);
}

}  // namespace

// Once after each start of a recording, and then from the keeper's thread; at the end from the one that ends it.
void NameThreads(const RecursionGuard&, bool all) {
  std::uint32_t count = 0;
  {
    const SpinGuard hold(g_state.lock);
    count = g_state.thread_count;
  }
  if (count < g_told.first) g_told = Told{};
  while (g_told.first < count) NameThread(++g_told.first);
  const std::uint64_t now = NowUs();
  if (!all && now < g_told.due) return;
  g_told.due = now + kNamedAgainUs;
  while (g_told.again < g_told.first) {
    const std::uint32_t number = ++g_told.again;
    State::Thread thread;
    {
      const SpinGuard hold(g_state.lock);
      thread = g_state.threads[number];
    }
    // One that has ended has no name any more: the first one stays.
    if (!ThreadName(thread.system_id).empty()) NameThread(number);
  }
}

void TellLevels(const RecursionGuard& guard) {
  Levels levels;
  levels.rss = ResidentBytes();
  levels.time = NowUs();
  g_state.plan->host.levels(guard, levels);
  Emit(guard, MaxLevelsBytes(levels.heaps) + kMaxEventBytes, [&](State& state) {
    if (state.sums) state.aggregator.Add(levels);
    state.buffers.encoder().Add(levels);
    if (state.missed == 0) return;
    state.buffers.encoder().AddMissed(ThreadNumber::kNone, state.missed);
    state.missed = 0;
  });
}

void* RunKeeper(void*) {
  const RecursionGuard guard;  // for the thread's life: it is nobody's memory
  g_state.plan->host.begin(guard);
  const std::uint64_t step = std::uint64_t{g_state.plan->timeline_interval_ms} * 1000;
  std::uint64_t next = MonotonicUs();
  std::uint64_t next_names = next + kNameUs;
  g_told = Told{};
  for (;;) {
    const std::uint32_t seen = g_state.keeper.seen();
    if (g_state.ending.load(std::memory_order_acquire) || !Running()) break;
    const std::uint64_t now = MonotonicUs();
    if (now >= next) {
      TellLevels(guard);
      next += step;
      if (next <= now) next = now + step;  // late: points are left out, none are made up
    }
    if (now >= next_names) {
      NameThreads(guard, false);
      g_state.plan->host.name(guard);
      next_names = MonotonicUs() + kNameUs;
    }
    const std::uint64_t then = MonotonicUs();
    const std::uint64_t until = next < next_names ? next : next_names;
    if (until > then) g_state.keeper.Wait(seen, static_cast<std::uint32_t>((until - then + 999) / 1000));
  }
  return nullptr;
}

}  // namespace memspec::recording
