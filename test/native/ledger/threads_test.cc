// Several threads at once. What is asserted holds in every interleaving.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <csignal>
#include <functional>
#include <thread>

#include "base/spin_lock.h"
#include "world.h"

namespace test {
namespace {

constexpr int kThreads = 8;

void OnThreads(int count, const std::function<void(int, const RecursionGuard&)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&work, i] {
      const RecursionGuard guard;
      work(i, guard);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

std::uint64_t AddressOf(int thread, std::uint64_t index) {
  return 0x20'0000'0000 + static_cast<std::uint64_t>(thread) * 0x1000'0000 + index * 16;
}

std::uint64_t Rounds() { return 20 * static_cast<std::uint64_t>(Seeds()); }

TEST("a spin lock lets one thread in at a time") {
  SpinLock lock;
  std::uint64_t counter = 0;
  OnThreads(kThreads, [&](int, const RecursionGuard&) {
    for (std::uint64_t i = 0; i < Rounds(); ++i) {
      const SpinGuard guard(lock);
      ++counter;
    }
  });
  CHECK_EQUAL(counter, kThreads * Rounds());
}

#ifdef MEMSPEC_CHECK_LOCKS
TEST("in the checking build, taking a spin lock twice aborts") {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    SpinLock lock;
    lock.Lock();
    lock.Lock();
    _exit(0);
  }
  int status = 0;
  CHECK_EQUAL(waitpid(child, &status, 0), child);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
#endif

TEST("the joint peak of eight threads is the sum of what they hold at the same moment") {
  for (const DomainId domain : {kFirst, kHelpers}) {
    World world;
    const WindowId own = world.OpenIn(kFirst);
    const WindowId process = world.OpenIn(kProcessScope);
    std::barrier meet(kThreads);
    OnThreads(kThreads, [&](int thread, const RecursionGuard& guard) {
      for (std::uint64_t round = 0; round < 50; ++round) {
        Allocate(guard, At(AddressOf(thread, round)), 1000, Space::kNative, domain, kNoSample);
        meet.arrive_and_wait();
        Block was;
        Free(guard, At(AddressOf(thread, round)), &was);
        meet.arrive_and_wait();
      }
    });
    for (const DomainId scope : {kFirst, kProcessScope}) {
      const WindowFigures figures = world.CloseIn(scope, scope == kFirst ? own : process);
      CHECK_EQUAL(In(figures, Space::kNative).peak_bytes, 8000);
      CHECK_EQUAL(figures.total_peak_bytes, 8000);
      CHECK_EQUAL(In(figures, Space::kNative).allocation_count, 400u);
      CHECK_EQUAL(In(figures, Space::kNative).level_bytes, 0);
    }
  }
}

TEST("threads that never hold more than one block each have a peak of at most one block each, and at least one") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  OnThreads(kThreads, [&](int thread, const RecursionGuard& guard) {
    Block was;
    for (std::uint64_t i = 0; i < Rounds(); ++i) {
      Allocate(guard, At(AddressOf(thread, i % 7)), 100, Space::kBuffers, kHelpers, kNoSample);
      Free(guard, At(AddressOf(thread, i % 7)), &was);
    }
  });
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK(figures.total_peak_bytes >= 100);
  CHECK(figures.total_peak_bytes <= 100 * kThreads);
  CHECK_EQUAL(figures.total_peak_bytes % 100, 0);
  CHECK_EQUAL(In(figures, Space::kBuffers).allocated_bytes, kThreads * Rounds() * 100);
  CHECK_EQUAL(In(figures, Space::kBuffers).level_bytes, 0);
}

TEST("while threads allocate, what a window counted is what was born in it, to the block") {
  World world;
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> made[kThreads] = {};
  std::atomic<std::uint64_t> budget{40};  // blocks a thread: surveys walk all there are
  std::thread opener([&] {
    const RecursionGuard guard;
    constexpr DomainId kScopes[] = {kFirst, kProcessScope, kSecond};
    for (unsigned round = 0; round < 6 * Seeds() / 10 + 20; ++round) {
      const DomainId scope = kScopes[round % 3];
      const DomainId around = kScopes[(round + 1) % 3];  // a second scope, so that events hold two locks or three
      const WindowId outer = Open(guard, around, 0);
      const WindowId id = Open(guard, scope, 0);
      std::this_thread::yield();
      const WindowFigures figures = Close(guard, scope, id, 0);
      const WindowFigures outside = Close(guard, around, outer, 0);
      const auto same = [&](const WindowFigures& counted, DomainId where, WindowId window) {
        const Survivors alive = CountSurvivors(guard, where, window);
        for (int space = 0; space < kSpaceCount; ++space) {
          CHECK_EQUAL(alive.bytes[space], counted.space[space].allocated_bytes);
          CHECK_EQUAL(alive.count[space], counted.space[space].allocation_count);
          CHECK_EQUAL(counted.space[space].freed_bytes, 0u);
        }
      };
      // An event may be between the scopes and the table at the moment of the survey: let those end.
      std::uint64_t seen[kThreads];
      for (int i = 0; i < kThreads; ++i) {
        seen[i] = made[i].load();
        budget.store(std::max(budget.load(), seen[i] + 40));
      }
      for (int i = 0; i < kThreads; ++i) {
        while (made[i].load() < seen[i] + 2 && !stop.load()) std::this_thread::yield();
      }
      same(figures, scope, id);
      same(outside, around, outer);
      Forget(guard, scope, id);
      Forget(guard, around, outer);
    }
    stop.store(true);
  });
  OnThreads(kThreads, [&](int thread, const RecursionGuard& guard) {
    constexpr DomainId kDomains[] = {kFirst, kHelpers, kSecond, kHelpers};
    while (!stop.load()) {
      const std::uint64_t index = made[thread].load();
      if (index >= budget.load()) {
        std::this_thread::yield();
        continue;
      }
      if (index % 16 == 15) {
        Map(guard, At(0x40'0000'0000 + static_cast<std::uint64_t>(thread) * 0x10'0000'0000 + index * 4096), 4096,
            Space::kBuffers, kDomains[thread % 4], kNoSample);
      } else {
        Allocate(guard, At(AddressOf(thread, index)), 1 + index % 7, Space::kNative, kDomains[thread % 4], kNoSample);
      }
      made[thread].fetch_add(1);
    }
  });
  opener.join();
  const RecursionGuard guard;
  Block was;
  for (int i = 0; i < kThreads; ++i) {
    for (std::uint64_t index = 0; index < made[i].load(); ++index) Free(guard, At(AddressOf(i, index)), &was);
  }
  Unmap(guard, At(0x40'0000'0000), 0x80'0000'0000);
}

TEST("eight threads do everything to the same addresses while windows come and go, and the books balance") {
  World world;
  const WindowId whole = world.OpenIn(kProcessScope);
  OnThreads(kThreads, [&](int thread, const RecursionGuard& guard) {
    constexpr DomainId kDomains[] = {kFirst, kHelpers, kSecond, static_cast<DomainId>(0x0777)};
    constexpr DomainId kScopes[] = {kFirst, kSecond, kProcessScope, static_cast<DomainId>(0x0777)};
    Random random(static_cast<std::uint64_t>(thread) + 1);
    const DomainId domain = kDomains[thread % 4];
    t_thread.domain = domain;
    std::vector<std::pair<DomainId, WindowId>> windows;
    Block was;
    for (std::uint64_t i = 0; i < Rounds(); ++i) {
      const auto address = At(0x8'0000'0000 + random.Below(3000) * 16);
      const auto page = At(World::kMapBase + random.Below(64) * 4096);
      const Sample sample{static_cast<StackId>(random.Below(4)), 10, 1};
      const auto space = static_cast<Space>(1 + random.Below(3));
      switch (random.Below(24)) {
        case 0:
          Map(guard, page, 1 + random.Below(20'000), space, domain, sample);
          break;
        case 1:
          Commit(guard, page, 1 + random.Below(20'000), space, domain, sample);
          break;
        case 2:
          Unmap(guard, page, 1 + random.Below(40'000));
          break;
        case 3:
          IsMapped(guard, page);
          break;
        case 4:
          if (Free(guard, address, &was)) Restore(guard, address, was);
          break;
        case 5: {
          const DomainId scope = kScopes[random.Below(4)];
          windows.emplace_back(scope, Open(guard, scope, static_cast<std::int64_t>(i)));
          break;
        }
        case 6:
          if (!windows.empty()) {
            const auto [scope, id] = windows[random.Below(windows.size())];
            const WindowFigures figures = Close(guard, scope, id, static_cast<std::int64_t>(i));
            CHECK(figures.total_peak_bytes >= 0 && figures.total_peak_error >= 0);
            for (const SpaceFigures& one : figures.space) CHECK(one.peak_bytes >= 0 && one.peak_bytes >= one.level_bytes);
          }
          break;
        case 7:
          if (!windows.empty() && i % 8 == 0) {
            CountSurvivors(guard, windows.back().first, windows.back().second);
            Site sites[8];
            Sites(guard, windows.back().first, windows.back().second, sites, 8);
          }
          break;
        case 8:
          if (!windows.empty()) {
            Forget(guard, windows.back().first, windows.back().second);
            windows.pop_back();
          }
          break;
        case 9:
          SetHeapLevel(guard, kScopes[random.Below(4)], static_cast<std::int64_t>(random.Below(100'000)));
          WantsHeapReading(guard, kFirst);
          if (i % 64 == 0) OwnBytes();
          break;
        case 10: case 11: case 12: case 13: case 14: case 15: case 16:
          Free(guard, address, &was);
          break;
        default:
          Allocate(guard, address, random.Below(500), space, domain, sample);
      }
    }
    for (const auto& [scope, id] : windows) Forget(guard, scope, id);
  });
  Block was;
  for (std::uint64_t i = 0; i < 3000; ++i) Free(world.guard(), At(0x8'0000'0000 + i * 16), &was);
  Unmap(world.guard(), At(World::kMapBase), 0x100'0000);
  const WindowFigures figures = world.CloseIn(kProcessScope, whole);
  for (const SpaceFigures& space : figures.space) {
    CHECK_EQUAL(space.freed_bytes, space.allocated_bytes);
    CHECK_EQUAL(space.free_count, space.allocation_count);
  }
  CHECK(In(figures, Space::kNative).allocation_count > 0);
  const Survivors alive = world.Alive(kProcessScope, whole);
  CHECK_EQUAL(CountIn(alive, Space::kNative) + CountIn(alive, Space::kBuffers) + CountIn(alive, Space::kEngine), 0u);
}

TEST("tables that grow under eight threads lose no block") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  const std::uint64_t each = 10 * Rounds();
  OnThreads(kThreads, [&](int thread, const RecursionGuard& guard) {
    for (std::uint64_t i = 0; i < each; ++i) {
      Allocate(guard, At(AddressOf(thread, i)), 3, Space::kNative, kHelpers, kNoSample);
    }
  });
  CHECK_EQUAL(In(world.CloseIn(kFirst, id), Space::kNative).allocation_count, kThreads * each);
  CHECK_EQUAL(CountIn(world.Alive(kFirst, id), Space::kNative), kThreads * each);
  std::atomic<std::uint64_t> found{0};
  OnThreads(kThreads, [&](int thread, const RecursionGuard& guard) {
    Block was;
    for (std::uint64_t i = 0; i < each; ++i) found += Free(guard, At(AddressOf(thread, i)), &was) ? 1 : 0;
  });
  CHECK_EQUAL(found.load(), kThreads * each);
}

TEST("a fork in the midst of eight threads' work leaves the child a ledger that is not locked") {
  World world;
  const WindowId id = world.OpenIn(kProcessScope);
  std::atomic<bool> stop{false};
  std::thread forker([&] {
    for (int i = 0; i < 10; ++i) {
      LockAllForFork();
      const pid_t child = fork();
      UnlockAfterFork();
      if (child == 0) {
        const RecursionGuard guard;
        Allocate(guard, At(0x1000), 1, Space::kNative, kFirst, kNoSample);
        Block was;
        _exit(Free(guard, At(0x1000), &was) ? 7 : 8);
      }
      int status = 0;
      CHECK_EQUAL(waitpid(child, &status, 0), child);
      CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    }
    stop.store(true);
  });
  OnThreads(kThreads, [&](int thread, const RecursionGuard& guard) {
    Block was;
    for (std::uint64_t i = 0; !stop.load(); ++i) {
      Allocate(guard, At(AddressOf(thread, i % 64)), 100, Space::kNative, kHelpers, kNoSample);
      Free(guard, At(AddressOf(thread, i % 64)), &was);
    }
  });
  forker.join();
  CHECK_EQUAL(In(world.CloseIn(kProcessScope, id), Space::kNative).level_bytes, 0);
}

}  // namespace
}  // namespace test
