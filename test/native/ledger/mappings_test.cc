// Mappings: whole, in parts, over one another.
#include "base/own_memory.h"
#include "model.h"

namespace test {
namespace {

constexpr std::uint64_t kPageBytes = Model::kPage;

TEST("a mapping counts its requested bytes, and gives them back with the page's rest") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.MapAt(0, 5000);
  CHECK(IsMapped(world.guard(), At(World::kMapBase)));
  CHECK(IsMapped(world.guard(), At(World::kMapBase + 8191)));
  CHECK(!IsMapped(world.guard(), At(World::kMapBase + 8192)));
  world.UnmapAt(0, 8192);
  CHECK(!IsMapped(world.guard(), At(World::kMapBase)));
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(In(figures, Space::kNative).allocated_bytes, 5000u);
  CHECK_EQUAL(In(figures, Space::kNative).freed_bytes, 5000u);
  CHECK_EQUAL(In(figures, Space::kNative).free_count, 1u);
  CHECK_EQUAL(figures.total_peak_bytes, 5000);
}

TEST("taking five thousand bytes away takes two pages, as the kernel does") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.MapAt(0, 3 * kPageBytes);
  world.UnmapAt(0, 5000);
  CHECK_EQUAL(In(world.CloseIn(kFirst, id), Space::kNative).level_bytes, 4096);
}

TEST("a mapping that loses its middle is one mapping in two pieces, freed with the last") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.MapAt(0, 4 * kPageBytes);
  world.UnmapAt(kPageBytes, kPageBytes);
  CHECK_EQUAL(CountIn(world.Alive(kFirst, id), Space::kNative), 0u);  // the window is open
  const WindowId second = world.OpenIn(kFirst);
  world.UnmapAt(0, kPageBytes);
  CHECK_EQUAL(In(world.CloseIn(kFirst, second), Space::kNative).free_count, 0u);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(In(figures, Space::kNative).free_count, 0u);
  CHECK_EQUAL(In(figures, Space::kNative).freed_bytes, 2 * kPageBytes);
  CHECK_EQUAL(CountIn(world.Alive(kFirst, id), Space::kNative), 1u);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, id), Space::kNative), 2 * kPageBytes);
  world.UnmapAt(0, 4 * kPageBytes);
  CHECK_EQUAL(CountIn(world.Alive(kFirst, id), Space::kNative), 0u);
}

TEST("a mapping over older ones frees what lay there") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.MapAt(0, 2 * kPageBytes, Space::kBuffers);
  world.MapAt(2 * kPageBytes, 2 * kPageBytes, Space::kEngine);
  world.MapAt(kPageBytes, 2 * kPageBytes, Space::kNative);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(In(figures, Space::kBuffers).level_bytes, 4096);
  CHECK_EQUAL(In(figures, Space::kEngine).level_bytes, 4096);
  CHECK_EQUAL(In(figures, Space::kNative).level_bytes, 8192);
  CHECK_EQUAL(figures.total_peak_bytes, 3 * 4096);
}

TEST("access given to a range counts only what had none") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.MapAt(kPageBytes, kPageBytes);
  world.CommitAt(0, 3 * kPageBytes, Space::kBuffers);
  world.CommitAt(0, 3 * kPageBytes, Space::kBuffers);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(In(figures, Space::kBuffers).allocated_bytes, 2 * kPageBytes);
  CHECK_EQUAL(In(figures, Space::kBuffers).allocation_count, 2u);
  CHECK_EQUAL(In(figures, Space::kNative).freed_bytes, 0u);
}

TEST("a piece of an older generation's mapping goes without touching the newer isolate") {
  World world;
  world.MapAt(0, 2 * kPageBytes, Space::kNative, kFirst);
  const auto newer = static_cast<DomainId>(0x0201);
  const WindowId id = world.OpenIn(newer);
  world.UnmapAt(0, kPageBytes);
  CHECK_EQUAL(In(world.CloseIn(newer, id), Space::kNative).freed_bytes, 0u);
}

TEST("ranges taken away that were never mapped are not counted at all") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.UnmapAt(0, 10 * kPageBytes);
  world.UnmapAt(0, 0);
  world.MapAt(0, 0);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(figures.unknown_frees, 0u);
  CHECK_EQUAL(In(figures, Space::kNative).allocation_count + In(figures, Space::kNative).free_count, 0u);
}

// Every pair of ranges within six pages, each with each of the three calls, over each of two first mappings.
TEST("mappings split in every way agree with a map of pages") {
  struct Range {
    std::uint64_t page, pages;
  };
  std::vector<Range> ranges;
  for (std::uint64_t page = 0; page < 6; ++page) {
    for (std::uint64_t pages = 1; page + pages <= 6; ++pages) ranges.push_back({page, pages});
  }
  constexpr std::uint64_t kBase = World::kMapBase / kPageBytes;
  for (unsigned calls = 0; calls < 9; ++calls) {
    for (const Range& a : ranges) {
      for (const Range& b : ranges) {
        World world;
        Model model;
        const WindowId real = world.OpenIn(kFirst);
        ModelWindow window = model.Open(kFirst, 0);
        const auto act = [&](unsigned call, const Range& range, Space space) {
          const std::uint64_t bytes = range.pages * kPageBytes - (range.page % 2) * 100;
          const std::uint64_t offset = range.page * kPageBytes;
          if (call == 0) world.MapAt(offset, bytes, space), model.Map(kBase + range.page, bytes, space, kFirst, {});
          if (call == 1) world.CommitAt(offset, bytes, space), model.Commit(kBase + range.page, bytes, space, kFirst, {});
          if (call == 2) world.UnmapAt(offset, bytes), model.Unmap(kBase + range.page, bytes);
        };
        act(0, {0, 5}, Space::kNative);
        act(calls / 3, a, Space::kBuffers);
        act(calls % 3, b, Space::kEngine);
        for (std::uint64_t page = 0; page < 8; ++page) {
          CHECK_EQUAL(IsMapped(world.guard(), At((kBase + page) * kPageBytes)), model.Covers(kBase + page));
        }
        const WindowFigures figures = world.CloseIn(kFirst, real);
        const WindowFigures expected = model.Close(window, 0);
        const Survivors alive = world.Alive(kFirst, real);
        const Survivors expected_alive = model.Alive(window);
        for (int i = 0; i < kSpaceCount; ++i) {
          CHECK_EQUAL(figures.space[i].allocated_bytes, expected.space[i].allocated_bytes);
          CHECK_EQUAL(figures.space[i].freed_bytes, expected.space[i].freed_bytes);
          CHECK_EQUAL(figures.space[i].free_count, expected.space[i].free_count);
          CHECK_EQUAL(alive.bytes[i], expected_alive.bytes[i]);
          CHECK_EQUAL(alive.count[i], expected_alive.count[i]);
        }
      }
    }
  }
}

TEST("twenty thousand mappings at once are all found and all go") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  Random random(7);
  std::vector<std::uint64_t> order;
  for (std::uint64_t i = 0; i < 20'000; ++i) order.push_back(i);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  for (const std::uint64_t i : order) world.MapAt(i * 2 * kPageBytes, kPageBytes);
  const std::uint64_t own = OwnBytes();
  CHECK(own > 20'000 * 48);
  for (const std::uint64_t i : order) CHECK(IsMapped(world.guard(), At(World::kMapBase + i * 2 * kPageBytes)));
  CHECK_EQUAL(In(world.CloseIn(kFirst, id), Space::kNative).level_bytes, 20'000 * 4096);
  CHECK_EQUAL(CountIn(world.Alive(kFirst, id), Space::kNative), 20'000u);
  world.UnmapAt(0, 40'000 * kPageBytes);
  CHECK_EQUAL(CountIn(world.Alive(kFirst, id), Space::kNative), 0u);
}

}  // namespace
}  // namespace test
