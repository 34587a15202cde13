// Blocks: one event at a time.
#include "world.h"

namespace test {
namespace {

TEST("an empty window is zero in every figure") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 1234);
  const WindowFigures figures = world.CloseIn(kFirst, id, 1234);
  CHECK(figures.known);
  for (const SpaceFigures& space : figures.space) {
    CHECK_EQUAL(space.allocated_bytes + space.allocation_count + space.freed_bytes + space.free_count, 0u);
    CHECK_EQUAL(space.level_bytes, 0);
    CHECK_EQUAL(space.peak_bytes, 0);
  }
  CHECK_EQUAL(figures.total_peak_bytes, 0);
  CHECK_EQUAL(figures.total_peak_error, 0);
  CHECK(world.SitesOf(kFirst, id).empty());
}

TEST("an allocation and its free are counted in their space, and the peak remembers them") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kNative);
  world.Alloc(0x2000, 50, Space::kBuffers);
  world.Release(0x1000);
  world.Alloc(0x3000, 20, Space::kNative);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  const SpaceFigures& native = In(figures, Space::kNative);
  CHECK_EQUAL(native.allocated_bytes, 120u);
  CHECK_EQUAL(native.allocation_count, 2u);
  CHECK_EQUAL(native.freed_bytes, 100u);
  CHECK_EQUAL(native.free_count, 1u);
  CHECK_EQUAL(native.level_bytes, 20);
  CHECK_EQUAL(native.peak_bytes, 100);
  CHECK_EQUAL(In(figures, Space::kBuffers).peak_bytes, 50);
  CHECK_EQUAL(figures.total_peak_bytes, 150);
  CHECK_EQUAL(figures.total_peak_error, 0);
}

TEST("the engine's memory has figures of its own and is in no total") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 1000, Space::kEngine);
  world.Alloc(0x2000, 10, Space::kNative);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(In(figures, Space::kEngine).allocated_bytes, 1000u);
  CHECK_EQUAL(In(figures, Space::kEngine).peak_bytes, 1000);
  CHECK_EQUAL(figures.total_peak_bytes, 10);
}

TEST("a block of zero bytes counts as one allocation, one survivor and one free") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 0);
  world.Alloc(0x2000, 0);
  CHECK(world.Release(0x1000));
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(In(figures, Space::kNative).allocation_count, 2u);
  CHECK_EQUAL(In(figures, Space::kNative).free_count, 1u);
  CHECK_EQUAL(In(figures, Space::kNative).allocated_bytes, 0u);
  CHECK_EQUAL(CountIn(world.Alive(kFirst, id), Space::kNative), 1u);
}

TEST("a null address is no block") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0, 100);
  CHECK_EQUAL(In(world.CloseIn(kFirst, id), Space::kNative).allocation_count, 0u);
}

TEST("an address that comes again was freed unseen: the old block is freed, the new one counted") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kBuffers);
  world.Alloc(0x1000, 30, Space::kNative);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(figures.unseen_frees, 1u);
  CHECK_EQUAL(In(figures, Space::kBuffers).freed_bytes, 100u);
  CHECK_EQUAL(In(figures, Space::kNative).level_bytes, 30);
  CHECK_EQUAL(figures.total_peak_bytes, 100);  // never both
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, id), Space::kBuffers), 0u);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, id), Space::kNative), 30u);
}

TEST("a free of an address never seen is unknown, and counted for the thread's own scope") {
  World world;
  const WindowId first = world.OpenIn(kFirst);
  const WindowId second = world.OpenIn(kSecond);
  CHECK(!world.Release(0xdead0));
  CHECK_EQUAL(world.CloseIn(kSecond, second).unknown_frees, 0u);
  const WindowFigures figures = world.CloseIn(kFirst, first);
  CHECK_EQUAL(figures.unknown_frees, 1u);
  CHECK_EQUAL(In(figures, Space::kNative).free_count, 0u);
}

TEST("a free that is taken back leaves no trace, and the block keeps its birth") {
  World world;
  const WindowId before = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100);
  world.CloseIn(kFirst, before);
  const WindowId id = world.OpenIn(kFirst);
  Block was;
  CHECK(world.Release(0x1000, &was));
  CHECK_EQUAL(was.bytes, 100u);
  world.Put(0x1000, was);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(In(figures, Space::kNative).freed_bytes, 0u);
  CHECK_EQUAL(In(figures, Space::kNative).free_count, 0u);
  CHECK_EQUAL(In(figures, Space::kNative).allocated_bytes, 0u);
  CHECK_EQUAL(In(figures, Space::kNative).peak_bytes, 0);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, before), Space::kNative), 100u);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, id), Space::kNative), 0u);
}

TEST("a free from before the window that is taken back inside it never makes a count negative") {
  World world;
  world.Alloc(0x1000, 100);
  const WindowId outer = world.OpenIn(kFirst);
  Block was;
  CHECK(world.Release(0x1000, &was));
  const WindowId id = world.OpenIn(kFirst);
  world.Put(0x1000, was);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(In(figures, Space::kNative).freed_bytes, 0u);
  CHECK_EQUAL(In(figures, Space::kNative).free_count, 0u);
  CHECK_EQUAL(In(figures, Space::kNative).allocated_bytes, 100u);
  CHECK_EQUAL(In(figures, Space::kNative).level_bytes, 100);
  CHECK_EQUAL(In(figures, Space::kNative).peak_bytes, 100);
  CHECK_EQUAL(In(world.CloseIn(kFirst, outer), Space::kNative).allocated_bytes, 0u);
}

TEST("the level may fall below the start, the peak does not") {
  World world;
  world.Alloc(0x1000, 500);
  const WindowId id = world.OpenIn(kFirst);
  world.Release(0x1000);
  world.Alloc(0x2000, 100);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(In(figures, Space::kNative).level_bytes, -400);
  CHECK_EQUAL(In(figures, Space::kNative).peak_bytes, 0);
  CHECK_EQUAL(figures.total_peak_bytes, 0);
}

}  // namespace
}  // namespace test
