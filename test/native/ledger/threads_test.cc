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
      const std::uint64_t seen = counter;
      if (i % 64 == 0) std::this_thread::yield();  // let the others try
      counter = seen + 1;
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

// Threads that allocate and never free, and can be made to stand still.
class Allocators {
 public:
  explicit Allocators(int count) : made_(static_cast<std::size_t>(count)), standing_(static_cast<std::size_t>(count)) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this, i] { Work(i); });
  }
  ~Allocators() {
    end_.store(true);
    for (std::thread& thread : threads_) thread.join();
  }
  Allocators(const Allocators&) = delete;
  Allocators& operator=(const Allocators&) = delete;

  void Go() { stand_still_.store(false); }
  // Some thread has made a block since. Where they are when this returns is left to the scheduler: often amid an event.
  void WaitForProgress() {
    const std::uint64_t before = Made();
    while (Made() == before && before < kMost * threads_.size()) std::this_thread::yield();
  }
  void StandStill() {
    stand_still_.store(true);
    for (auto& standing : standing_) {
      while (!standing.load()) std::this_thread::yield();
    }
  }
  void FreeAll(const RecursionGuard& guard) {
    Block was;
    for (std::size_t i = 0; i < made_.size(); ++i) {
      for (std::uint64_t index = 0; index < made_[i].load(); ++index) {
        Free(guard, At(AddressOf(static_cast<int>(i), index)), &was);
      }
      Unmap(guard, At(MappingOf(i, 0)), kMappings * 4096);
      made_[i].store(0);
    }
  }

 private:
  static constexpr std::uint64_t kMappings = 0x1000;
  static std::uint64_t MappingOf(std::size_t thread, std::uint64_t index) {
    return 0x40'0000'0000 + thread * 0x10'0000'0000 + index % kMappings * 4096;
  }
  std::uint64_t Made() {
    std::uint64_t sum = 0;
    for (const auto& made : made_) sum += made.load();
    return sum;
  }
  void Work(int number) {
    constexpr DomainId kDomains[] = {kFirst, kHelpers, kSecond};
    const auto thread = static_cast<std::size_t>(number);
    const DomainId domain = kDomains[thread % 3];
    const RecursionGuard guard;
    while (!end_.load()) {
      const std::uint64_t index = made_[thread].load();
      const bool stand = stand_still_.load() || index == kMost;
      standing_[thread].store(stand);
      if (stand) {
        std::this_thread::yield();
        continue;
      }
      if (index % 16 == 15 && index / 16 < kMappings) {
        Map(guard, At(MappingOf(thread, index / 16)), 4096, Space::kBuffers, domain, kNoSample);
      } else {
        Allocate(guard, At(AddressOf(number, index)), 1 + index % 7, Space::kNative, domain, kNoSample);
      }
      made_[thread].store(index + 1);
    }
  }

  static constexpr std::uint64_t kMost = 100'000;
  std::vector<std::atomic<std::uint64_t>> made_;
  std::vector<std::atomic<bool>> standing_;
  std::atomic<bool> stand_still_{true}, end_{false};
  std::vector<std::thread> threads_;
};

TEST("while threads allocate, what a window counted is what was born in it, to the block") {
  World world;
  Allocators allocators(3);
  constexpr DomainId kScopes[] = {kFirst, kProcessScope, kSecond};
  struct Closed {
    DomainId scope;
    WindowId id;
    WindowFigures figures;
  };
  std::uint64_t counted = 0;
  for (unsigned round = 0; round < Seeds() / 100 + 2; ++round) {
    std::vector<Closed> closed;
    allocators.Go();
    for (unsigned i = 0; i < 30; ++i) {
      allocators.WaitForProgress();
      // Two scopes at once, so that events hold up to two locks; now and then none is active.
      const DomainId outer = kScopes[i % 3];
      const DomainId inner = kScopes[(i + round) % 3];
      const WindowId around = Open(world.guard(), outer, 0);
      const WindowId id = Open(world.guard(), inner, 0);
      if (i % 2 == 0) allocators.WaitForProgress();
      closed.push_back({inner, id, Close(world.guard(), inner, id, 0)});
      closed.push_back({outer, around, Close(world.guard(), outer, around, 0)});
    }
    allocators.StandStill();
    for (const Closed& window : closed) {
      const Survivors alive = world.Alive(window.scope, window.id);
      for (int space = 0; space < kSpaceCount; ++space) {
        CHECK_EQUAL(alive.bytes[space], window.figures.space[space].allocated_bytes);
        CHECK_EQUAL(alive.count[space], window.figures.space[space].allocation_count);
        counted += alive.count[space];
      }
      world.ForgetIn(window.scope, window.id);
    }
    allocators.FreeAll(world.guard());
  }
  CHECK(counted > 0);
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

TEST("eight threads map and unmap the same few pages, and no page has two mappings") {
  World world;
  const WindowId whole = world.OpenIn(kProcessScope);
  OnThreads(kThreads, [&](int thread, const RecursionGuard& guard) {
    Random random(static_cast<std::uint64_t>(thread) + 1);
    for (std::uint64_t i = 0; i < 20 * Rounds(); ++i) {
      const auto page = At(World::kMapBase + random.Below(6) * 4096);
      switch (random.Below(3)) {
        case 0: Map(guard, page, 1 + random.Below(20'000), Space::kNative, kFirst, kNoSample); break;
        case 1: Commit(guard, page, 1 + random.Below(20'000), Space::kNative, kFirst, kNoSample); break;
        default: Unmap(guard, page, 1 + random.Below(20'000));
      }
    }
  });
  Unmap(world.guard(), At(World::kMapBase), 0x10'0000);
  CHECK(!IsMapped(world.guard(), At(World::kMapBase)));
  const WindowFigures figures = world.CloseIn(kProcessScope, whole);
  CHECK_EQUAL(In(figures, Space::kNative).freed_bytes, In(figures, Space::kNative).allocated_bytes);
  CHECK_EQUAL(In(figures, Space::kNative).free_count, In(figures, Space::kNative).allocation_count);
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
    for (std::uint64_t i = 0; i < each; ++i) found += Free(guard, At(AddressOf(thread, i)), &was) ? 1u : 0u;
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
