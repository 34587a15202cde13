// A window that rolls: spans without a gap, the cut of the log, levels.
#include <atomic>
#include <thread>

#include "world.h"

namespace test {
namespace {

Sample From(unsigned stack, std::uint64_t bytes, double count = 1) { return {static_cast<StackId>(stack), bytes, count}; }

WindowFigures RollIn(World& world, WindowId id, std::int64_t heap = 0) { return Roll(world.guard(), kFirst, id, heap); }

std::vector<Site> SitesIn(World& world, const WindowFigures& rolled) {
  std::vector<Site> sites(SitesOf(world.guard(), kFirst, rolled, nullptr, 0));
  SitesOf(world.guard(), kFirst, rolled, sites.data(), sites.size());
  return sites;
}

TEST("each span has its own figures, and its peak is above its own start") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 100);
  world.Alloc(0x1000, 500);
  world.Alloc(0x2000, 300, Space::kBuffers);
  world.Release(0x1000);
  const WindowFigures first = RollIn(world, id, 150);
  world.Alloc(0x3000, 40);
  world.Release(0x2000);
  const WindowFigures second = RollIn(world, id, 120);
  const WindowFigures empty = RollIn(world, id, 120);
  CHECK_EQUAL(In(first, Space::kNative).allocated_bytes, 500u);
  CHECK_EQUAL(In(first, Space::kNative).level_bytes, 0);
  CHECK_EQUAL(In(first, Space::kHeap).level_bytes, 50);
  CHECK_EQUAL(first.total_peak_bytes, 850);
  CHECK_EQUAL(In(second, Space::kNative).allocated_bytes, 40u);
  CHECK_EQUAL(In(second, Space::kNative).peak_bytes, 40);
  CHECK_EQUAL(In(second, Space::kBuffers).level_bytes, -300);
  CHECK_EQUAL(In(second, Space::kBuffers).peak_bytes, 0);
  CHECK_EQUAL(In(second, Space::kHeap).level_bytes, -30);
  CHECK_EQUAL(second.total_peak_bytes, 40);
  CHECK_EQUAL(In(empty, Space::kNative).allocated_bytes, 0u);
  CHECK_EQUAL(empty.total_peak_bytes, 0);
}

TEST("what helpers allocated in an earlier span takes nothing off a later one when they free it") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 500, Space::kNative, kHelpers);
  RollIn(world, id);
  world.Release(0x1000);
  world.Alloc(0x2000, 40);
  CHECK_EQUAL(LevelsIn(world.guard(), kFirst, id).bytes[static_cast<int>(Space::kNative)], 40 - 500);
  const WindowFigures second = RollIn(world, id);
  CHECK_EQUAL(In(second, Space::kNative).level_bytes, 40 - 500);
  CHECK_EQUAL(In(second, Space::kNative).peak_bytes, 40);
  CHECK_EQUAL(second.total_peak_bytes, 40);
}

TEST("other windows know nothing of a window that rolls inside or around them") {
  World world;
  const WindowId rolling = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100);
  const WindowId other = world.OpenIn(kFirst);
  world.Alloc(0x2000, 70);
  RollIn(world, rolling);
  world.Release(0x2000);
  world.Alloc(0x3000, 5);
  const WindowFigures figures = world.CloseIn(kFirst, other);
  CHECK_EQUAL(In(figures, Space::kNative).allocated_bytes, 75u);
  CHECK_EQUAL(In(figures, Space::kNative).peak_bytes, 70);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, other), Space::kNative), 5u);
}

TEST("the sites of the running span so far are those of its own samples, with what of them is alive") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  const auto so_far = [&] {
    std::vector<Site> sites(SitesSoFar(world.guard(), kFirst, id, nullptr, 0));
    SitesSoFar(world.guard(), kFirst, id, sites.data(), sites.size());
    return sites;
  };
  CHECK_EQUAL(so_far().size(), 0u);
  world.Alloc(0x1000, 500, Space::kNative, kFirst, From(7, 500));
  RollIn(world, id);
  CHECK_EQUAL(so_far().size(), 0u);
  world.Alloc(0x2000, 300, Space::kBuffers, kFirst, From(8, 300));
  world.Alloc(0x3000, 100, Space::kBuffers, kFirst, From(8, 100));
  world.Release(0x2000);
  const std::vector<Site> sites = so_far();
  CHECK_EQUAL(sites.size(), 1u);
  CHECK(sites[0].stack == static_cast<StackId>(8));
  CHECK_EQUAL(sites[0].bytes, 400.0);
  CHECK_EQUAL(sites[0].bytes_alive, 100.0);
  CHECK_EQUAL(sites[0].bytes_at_peak, 100.0);
  // Reading them changes nothing.
  CHECK_EQUAL(SitesIn(world, RollIn(world, id)).size(), 1u);
  CHECK_EQUAL(so_far().size(), 0u);
  world.CloseIn(kFirst, id);
  CHECK_EQUAL(so_far().size(), 0u);
}

TEST("the sites of a rolled span are those of its own samples") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kNative, kFirst, From(1, 100));
  const std::vector<Site> first = SitesIn(world, RollIn(world, id));
  world.Alloc(0x2000, 30, Space::kBuffers, kFirst, From(2, 30));
  world.Release(0x1000);
  const std::vector<Site> second = SitesIn(world, RollIn(world, id));
  CHECK_EQUAL(first.size(), 1u);
  CHECK(first[0].stack == static_cast<StackId>(1));
  CHECK_EQUAL(first[0].bytes_at_peak, 100.0);
  CHECK_EQUAL(second.size(), 1u);
  CHECK(second[0].stack == static_cast<StackId>(2));
  CHECK(SitesIn(world, RollIn(world, id)).empty());
}

TEST("cutting the log loses no sample, and frees of what was sampled before it change nothing") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  for (std::uint64_t i = 0; i < 100; ++i) world.Alloc(0x1000 + i * 16, 10, Space::kNative, kFirst, From(1, 10));
  RollIn(world, id);
  TrimLog(world.guard(), kFirst, id);
  for (std::uint64_t i = 0; i < 100; ++i) world.Release(0x1000 + i * 16);
  world.Alloc(0x9000, 7, Space::kNative, kFirst, From(2, 7));
  const WindowFigures rolled = RollIn(world, id);
  const std::vector<Site> sites = SitesIn(world, rolled);
  CHECK_EQUAL(rolled.samples_end, 2u);
  CHECK_EQUAL(In(rolled, Space::kNative).free_count, 100u);
  CHECK_EQUAL(sites.size(), 1u);
  CHECK_EQUAL(sites[0].bytes, 7.0);
  CHECK_EQUAL(rolled.samples_dropped, 0u);
}

TEST("the log is not cut while the span has samples or another window is kept") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 10, Space::kNative, kFirst, From(1, 10));
  TrimLog(world.guard(), kFirst, id);
  const WindowFigures rolled = RollIn(world, id);
  CHECK_EQUAL(SitesIn(world, rolled).size(), 1u);
  const WindowId other = world.OpenIn(kFirst);
  TrimLog(world.guard(), kFirst, id);
  CHECK_EQUAL(RollIn(world, id).samples_end, 2u);
  world.CloseIn(kFirst, other);
}

TEST("levels are told from the span's start, and what is known is all that is alive") {
  World world;
  world.Alloc(0x1000, 1000);
  world.Alloc(0x2000, 5, Space::kNative, kSecond);
  const WindowId id = world.OpenIn(kFirst, 50);
  world.Alloc(0x3000, 30, Space::kBuffers);
  world.MapAt(0, 4096);
  const Levels levels = LevelsIn(world.guard(), kFirst, id);
  const Levels known = KnownLevels(world.guard(), kFirst);
  CHECK_EQUAL(levels.bytes[static_cast<int>(Space::kBuffers)], 30);
  CHECK_EQUAL(levels.bytes[static_cast<int>(Space::kNative)], 4096);
  CHECK_EQUAL(levels.bytes[static_cast<int>(Space::kHeap)], 50);
  CHECK_EQUAL(known.bytes[static_cast<int>(Space::kNative)], 1000 + 4096);
  CHECK_EQUAL(known.bytes[static_cast<int>(Space::kBuffers)], 30);
  CHECK_EQUAL(KnownLevels(world.guard()).bytes[static_cast<int>(Space::kNative)], 1000 + 5 + 4096);
}

TEST("a window that is closed, or not the scope's, does not roll") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  CHECK(RollIn(world, id).known);
  world.CloseIn(kFirst, id);
  CHECK(!RollIn(world, id).known);
  CHECK(!Roll(world.guard(), kSecond, id, 0).known);
}

TEST("while eight threads allocate, spans add up to what was allocated") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  constexpr int kThreads = 8;
  constexpr std::uint64_t kEach = 2000;
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t, &running] {
      const RecursionGuard guard;
      for (std::uint64_t i = 0; i < kEach; ++i) {
        void* const at = At(0x30'0000'0000 + static_cast<std::uint64_t>(t) * 0x1000'0000 + i * 16);
        Allocate(guard, at, 8, Space::kNative, kHelpers, i % 16 == 0 ? From(1, 128, 16) : kNoSample);
        Block was;
        if (i % 2 == 0) Free(guard, at, &was);
      }
      --running;
    });
  }
  std::uint64_t allocated = 0;
  std::int64_t level = 0;
  double sampled = 0;
  for (bool last = false; !last;) {
    last = running.load() == 0;
    const WindowFigures rolled = RollIn(world, id);
    allocated += In(rolled, Space::kNative).allocated_bytes;
    level += In(rolled, Space::kNative).level_bytes;
    for (const Site& site : SitesIn(world, rolled)) sampled += site.bytes;
    TrimLog(world.guard(), kFirst, id);
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_EQUAL(allocated, kThreads * kEach * 8);
  CHECK_EQUAL(level, static_cast<std::int64_t>(kThreads * kEach * 4));
  CHECK_EQUAL(sampled, static_cast<double>(kThreads * kEach / 16 * 128));
  for (int t = 0; t < kThreads; ++t) {
    Block was;
    for (std::uint64_t i = 1; i < kEach; i += 2) {
      Free(world.guard(), At(0x30'0000'0000 + static_cast<std::uint64_t>(t) * 0x1000'0000 + i * 16), &was);
    }
  }
}

}  // namespace
}  // namespace test
