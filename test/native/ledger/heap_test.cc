// The peak of heap + off-heap: bounds that bracket the truth.
#include <cmath>

#include "world.h"

namespace test {
namespace {

TEST("with a heap that does not move the total's peak is exact") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 5000);
  world.Alloc(0x1000, 300);
  world.Release(0x1000);
  world.Heap(kFirst, 5000);
  world.Alloc(0x2000, 200);
  const WindowFigures figures = world.CloseIn(kFirst, id, 5000);
  CHECK_EQUAL(figures.total_peak_bytes, 300);
  CHECK_EQUAL(figures.total_peak_error, 0);
  CHECK_EQUAL(In(figures, Space::kHeap).peak_bytes, 0);
}

TEST("the heap's level and peak are those of its readings, and nothing is allocated in it here") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 1000);
  world.Heap(kFirst, 9000);
  world.Heap(kFirst, 2000);
  const WindowFigures figures = world.CloseIn(kFirst, id, 3000);
  CHECK_EQUAL(In(figures, Space::kHeap).peak_bytes, 8000);
  CHECK_EQUAL(In(figures, Space::kHeap).level_bytes, 2000);
  CHECK_EQUAL(In(figures, Space::kHeap).allocated_bytes, 0u);
  CHECK_EQUAL(figures.total_peak_bytes, 8000);
  CHECK_EQUAL(figures.total_peak_error, 0);
}

TEST("a spike between two readings of a growing heap is bounded from both sides") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 0);
  world.Alloc(0x1000, 1000);
  world.Release(0x1000);
  const WindowFigures figures = world.CloseIn(kFirst, id, 400);
  CHECK_EQUAL(figures.total_peak_bytes, 1400);  // if the heap grew before the spike
  CHECK_EQUAL(figures.total_peak_error, 400);   // 1000 if after
}

TEST("a reading at the spike makes its peak exact") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 0);
  world.Heap(kFirst, 150);
  world.Alloc(0x1000, 1000);
  world.Heap(kFirst, 150);
  world.Release(0x1000);
  const WindowFigures figures = world.CloseIn(kFirst, id, 400);
  CHECK_EQUAL(figures.total_peak_bytes - figures.total_peak_error, 1150);
}

TEST("an off-heap spike between the two ends of a collection is bounded by the lower heap") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 0);
  world.Heap(kFirst, 1000);  // start of the collection
  world.Alloc(0x1000, 100, Space::kBuffers);
  world.Release(0x1000);
  world.Heap(kFirst, 200);   // its end
  const WindowFigures figures = world.CloseIn(kFirst, id, 200);
  CHECK_EQUAL(figures.total_peak_bytes, 1100);
  CHECK_EQUAL(figures.total_peak_error, 100);  // 1000 for sure
}

TEST("a heap reading is wanted once off-heap memory moved by more than 4 KiB, and not after it was given") {
  World world;
  CHECK(!WantsHeapReading(world.guard(), kFirst));
  const WindowId id = world.OpenIn(kFirst, 0);
  world.Alloc(0x1000, 4096);
  CHECK(!WantsHeapReading(world.guard(), kFirst));
  world.Alloc(0x2000, 1);
  CHECK(WantsHeapReading(world.guard(), kFirst));
  CHECK(!WantsHeapReading(world.guard(), kSecond));
  world.Heap(kFirst, 0);
  CHECK(!WantsHeapReading(world.guard(), kFirst));
  world.Release(0x1000);
  CHECK(!WantsHeapReading(world.guard(), kFirst));
  world.Release(0x2000);
  CHECK(WantsHeapReading(world.guard(), kFirst));
  world.CloseIn(kFirst, id, 0);
  CHECK(!WantsHeapReading(world.guard(), kFirst));
}

TEST("with a peak of ten million bytes a heap reading is wanted for a move above ten thousand") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 0);
  world.Alloc(0x1000, 10'000'000);
  world.Heap(kFirst, 0);
  world.Alloc(0x2000, 10'000);
  CHECK(!WantsHeapReading(world.guard(), kFirst));
  world.Alloc(0x3000, 1);
  CHECK(WantsHeapReading(world.guard(), kFirst));
  world.CloseIn(kFirst, id, 0);
}

TEST("far below the peak no heap reading is wanted, once it is known how far the heap grows between collections") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 0);
  const auto collect = [&] {
    world.Heap(kFirst, 50'000);
    world.Heap(kFirst, 10'000);
  };
  world.Alloc(0x1000, 1'000'000);
  world.Heap(kFirst, 10'000);
  world.Release(0x1000);
  world.Heap(kFirst, 10'000);
  collect();
  world.Alloc(0x2000, 50'000);
  CHECK(WantsHeapReading(world.guard(), kFirst));
  collect();
  // From here on 10'000 + 100'000 may be added to what is off the heap, and the peak is 1'010'000.
  world.Release(0x2000);
  world.Alloc(0x2000, 899'999);
  CHECK(!WantsHeapReading(world.guard(), kFirst));
  world.Release(0x2000);
  CHECK(!WantsHeapReading(world.guard(), kFirst));
  world.Alloc(0x2000, 900'000);
  CHECK(WantsHeapReading(world.guard(), kFirst));
  const WindowFigures figures = world.CloseIn(kFirst, id, 10'000);
  CHECK_EQUAL(figures.total_peak_bytes, 1'010'000);
  CHECK_EQUAL(figures.total_peak_error, 0);
}

TEST("the engine's memory never asks for a heap reading") {
  World world;
  const WindowId id = world.OpenIn(kFirst, 0);
  world.Alloc(0x1000, 1'000'000, Space::kEngine);
  CHECK(!WantsHeapReading(world.guard(), kFirst));
  world.CloseIn(kFirst, id, 0);
}

// The truth, known at every moment, of which the ledger sees readings only.
struct Truth {
  std::int64_t heap, off = 0, start, peak = 0;
  void Look() { peak = std::max(peak, heap + off - start); }
};

void Simulate(std::uint64_t seed) {
  Random random(seed);
  World world;
  Truth truth{static_cast<std::int64_t>(random.Below(5000)), 0, 0};
  truth.start = truth.heap;
  std::vector<std::pair<std::uint64_t, std::int64_t>> live;
  const WindowId id = world.OpenIn(kFirst, truth.heap);
  std::uint64_t next = 0x10000;
  const auto allocate = [&](std::uint64_t bytes) {
    live.emplace_back(next, bytes);
    world.Alloc(next, bytes, random.Below(2) == 0 ? Space::kNative : Space::kBuffers);
    truth.off += static_cast<std::int64_t>(bytes);
    next += 16;
    truth.Look();
  };
  const auto release = [&] {
    if (live.empty()) return;
    std::swap(live[random.Below(live.size())], live.back());
    world.Release(live.back().first);
    truth.off -= live.back().second;
    live.pop_back();
    truth.Look();
  };
  for (int step = 0; step < 200; ++step) {
    switch (random.Below(8)) {
      case 0: case 1:
        truth.heap += static_cast<std::int64_t>(random.Below(1000));
        truth.Look();
        break;
      case 2: case 3:
        allocate(random.Below(2000));
        break;
      case 4: case 5:
        release();
        break;
      case 6:
        world.Heap(kFirst, truth.heap);
        break;
      default:
        if (random.Below(4) != 0) break;
        world.Heap(kFirst, truth.heap);  // a collection: the heap falls, backing stores go and a few come
        while (random.Below(3) != 0) {
          truth.heap -= static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(truth.heap) + 1));
          truth.Look();
          if (random.Below(2) == 0) release();
          if (random.Below(4) == 0) allocate(random.Below(300));
        }
        world.Heap(kFirst, truth.heap);
    }
  }
  const WindowFigures figures = world.CloseIn(kFirst, id, truth.heap);
  CHECK(figures.total_peak_error >= 0);
  CHECK(figures.total_peak_bytes >= truth.peak);
  CHECK(figures.total_peak_bytes - figures.total_peak_error <= truth.peak);
  CHECK(figures.total_peak_bytes >= In(figures, Space::kHeap).peak_bytes);
  CHECK(figures.total_peak_bytes <= In(figures, Space::kHeap).peak_bytes + In(figures, Space::kNative).peak_bytes +
                                        In(figures, Space::kBuffers).peak_bytes + figures.total_peak_error);
}

TEST("the bounds hold the true peak of simulated programs between them") {
  for (unsigned seed = 1; seed <= 4 * Seeds(); ++seed) {
    try {
      Simulate(seed);
    } catch (const Failure& failure) {
      throw Failure{"seed " + std::to_string(seed) + ", " + failure.message};
    }
  }
}

}  // namespace
}  // namespace test
