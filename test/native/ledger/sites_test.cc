// Sites: what each stack allocated, held at the peak, and holds now.
#include "base/own_memory.h"
#include "ledger/sample_log.h"
#include "world.h"

namespace test {
namespace {

Sample From(unsigned stack, std::uint64_t bytes, double count = 1) { return {static_cast<StackId>(stack), bytes, count}; }

TEST("a site sums the samples of its stack and space") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kNative, kFirst, From(1, 1000, 10));
  world.Alloc(0x2000, 100, Space::kNative, kFirst, From(1, 1000, 10));
  world.Alloc(0x3000, 100, Space::kBuffers, kFirst, From(1, 500, 5));
  world.Alloc(0x4000, 100, Space::kNative, kFirst, From(2, 1, 1));
  world.Alloc(0x5000, 100);
  world.CloseIn(kFirst, id);
  const std::vector<Site> sites = world.SitesOf(kFirst, id);
  CHECK_EQUAL(sites.size(), 3u);
  CHECK_EQUAL(sites[0].bytes, 500.0);
  CHECK_EQUAL(sites[1].bytes, 2000.0);
  CHECK_EQUAL(sites[1].count, 20.0);
  CHECK_EQUAL(sites[2].bytes, 1.0);
}

TEST("only what was alive at the total's peak is in its sites") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kNative, kFirst, From(1, 100));
  world.Release(0x1000);
  world.Alloc(0x2000, 300, Space::kNative, kFirst, From(2, 300));  // the peak
  world.Release(0x2000);
  world.Alloc(0x3000, 200, Space::kNative, kFirst, From(3, 200));
  world.CloseIn(kFirst, id);
  const std::vector<Site> sites = world.SitesOf(kFirst, id);
  CHECK_EQUAL(sites[0].bytes_at_peak, 0.0);
  CHECK_EQUAL(sites[1].bytes_at_peak, 300.0);
  CHECK_EQUAL(sites[2].bytes_at_peak, 0.0);
  CHECK_EQUAL(sites[0].bytes_alive + sites[1].bytes_alive, 0.0);
  CHECK_EQUAL(sites[2].bytes_alive, 200.0);
  world.Release(0x3000);
  CHECK_EQUAL(world.SitesOf(kFirst, id)[2].bytes_alive, 0.0);
}

TEST("a block that lives at the address of a sampled one is not taken for it") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kNative, kFirst, From(1, 100));
  world.CloseIn(kFirst, id);
  world.Release(0x1000);
  world.Alloc(0x1000, 100, Space::kNative, kFirst, From(2, 100));
  CHECK_EQUAL(world.SitesOf(kFirst, id).at(0).bytes_alive, 0.0);
}

TEST("an inner window's sites leave out what was there before it, and the outer's hold both") {
  World world;
  const WindowId outer = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kNative, kFirst, From(1, 100));
  const WindowId inner = world.OpenIn(kFirst);
  world.Alloc(0x2000, 50, Space::kNative, kFirst, From(2, 50));
  world.Release(0x1000);
  world.CloseIn(kFirst, inner);
  world.CloseIn(kFirst, outer);
  const std::vector<Site> inside = world.SitesOf(kFirst, inner);
  CHECK_EQUAL(inside.size(), 1u);
  CHECK_EQUAL(inside[0].bytes_at_peak, 50.0);
  const std::vector<Site> outside = world.SitesOf(kFirst, outer);
  CHECK_EQUAL(outside.size(), 2u);
  CHECK_EQUAL(outside[0].bytes_at_peak, 100.0);
  CHECK_EQUAL(outside[0].bytes_alive, 0.0);
  CHECK_EQUAL(outside[1].bytes_alive, 50.0);
}

TEST("the helpers' samples reach the log of every active scope") {
  World world;
  const WindowId first = world.OpenIn(kFirst);
  const WindowId second = world.OpenIn(kSecond);
  world.Alloc(0x1000, 100, Space::kNative, kHelpers, From(1, 100));
  world.CloseIn(kFirst, first);
  world.CloseIn(kSecond, second);
  CHECK_EQUAL(world.SitesOf(kFirst, first).at(0).bytes_alive, 100.0);
  CHECK_EQUAL(world.SitesOf(kSecond, second).at(0).bytes_alive, 100.0);
}

TEST("a partly unmapped mapping is alive in part") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.MapAt(0, 4 * 4096, Space::kNative, kFirst, From(1, 800));
  world.UnmapAt(4096, 4096);
  world.CloseIn(kFirst, id);
  const Site site = world.SitesOf(kFirst, id).at(0);
  CHECK_EQUAL(site.bytes_at_peak, 800.0);
  CHECK_EQUAL(site.bytes_alive, 600.0);
  CHECK_EQUAL(site.count_alive, 1.0);
}

TEST("the log starts anew when the last window is forgotten, and older blocks' frees do not disturb it") {
  World world;
  const WindowId old = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kNative, kFirst, From(1, 100));
  const WindowFigures before = world.CloseIn(kFirst, old);
  CHECK_EQUAL(before.samples_end - before.samples_begin, 2u);
  world.ForgetIn(kFirst, old);
  const WindowId id = world.OpenIn(kFirst);
  world.Release(0x1000);
  world.Alloc(0x1000, 10, Space::kNative, kFirst, From(2, 10));
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(figures.samples_begin, 0u);
  CHECK_EQUAL(figures.samples_end, 2u);
  const std::vector<Site> sites = world.SitesOf(kFirst, id);
  CHECK_EQUAL(sites.size(), 1u);
  CHECK_EQUAL(sites[0].bytes_alive, 10.0);
}

TEST("without memory for the log, samples are dropped and counted, and the figures are whole") {
  World world;
  const auto fresh = static_cast<DomainId>(0x0121);
  RefuseOwnMemory([](std::size_t bytes) { return bytes == SampleLog::kBytes; });
  const WindowId id = world.OpenIn(fresh);
  RefuseOwnMemory(nullptr);
  world.Alloc(0x1000, 100, Space::kNative, fresh, From(1, 100));
  world.Alloc(0x2000, 100, Space::kNative, fresh);
  world.Release(0x2000);
  const WindowFigures figures = world.CloseIn(fresh, id);
  CHECK_EQUAL(figures.samples_dropped, 1u);
  CHECK_EQUAL(In(figures, Space::kNative).allocated_bytes, 200u);
  CHECK(world.SitesOf(fresh, id).empty());
}

TEST("without memory to work in, sites are not known, which is not the same as none") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kNative, kFirst, From(1, 100));
  world.CloseIn(kFirst, id);
  RefuseOwnMemory([](std::size_t) { return true; });
  const std::size_t count = Sites(world.guard(), kFirst, id, nullptr, 0);
  RefuseOwnMemory(nullptr);
  CHECK_EQUAL(count, kNoMemory);
  CHECK_EQUAL(world.SitesOf(kFirst, id).size(), 1u);
}

TEST("fewer places than sites get the first ones, and the true number") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  for (unsigned i = 1; i <= 5; ++i) world.Alloc(0x1000u * i, 8, Space::kNative, kFirst, From(i, 8));
  world.CloseIn(kFirst, id);
  Site two[3] = {};
  CHECK_EQUAL(Sites(world.guard(), kFirst, id, two, 2), 5u);
  CHECK(two[1].stack != StackId::kNone);
  CHECK(two[2].stack == StackId::kNone);
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)  // 256 MiB one by one: half a minute there
TEST("a full log drops what comes and counts it, and gives its memory back when it is reset") {
  World world;
  const auto fresh = static_cast<DomainId>(0x0122);
  const WindowId id = world.OpenIn(fresh);
  constexpr std::uint64_t kPairs = SampleLog::kCapacityUnits / 3;
  for (std::uint64_t i = 0; i < kPairs; ++i) {
    Allocate(world.guard(), At(0x1000), 8, Space::kNative, fresh, From(1, 8));
    world.Release(0x1000);
  }
  CHECK(OwnBytes() > SampleLog::kBytes - 4096);
  Allocate(world.guard(), At(0x1000), 8, Space::kNative, fresh, From(1, 8));
  world.Release(0x1000);
  const WindowFigures figures = world.CloseIn(fresh, id);
  CHECK(figures.samples_dropped >= 1);
  CHECK(figures.samples_end <= SampleLog::kCapacityUnits);
  CHECK_EQUAL(In(figures, Space::kNative).allocation_count, kPairs + 1);
  world.ForgetIn(fresh, id);
  CHECK(OwnBytes() < SampleLog::kBytes);
}
#endif

}  // namespace
}  // namespace test
