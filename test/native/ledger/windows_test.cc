// Scopes and windows.
#include "base/own_memory.h"
#include "world.h"

namespace test {
namespace {

constexpr auto kNewer = static_cast<DomainId>(0x0201);  // kFirst's slot, next generation

TEST("nothing is counted in a scope without a window") {
  World world;
  world.Alloc(0x1000, 100);
  const WindowId id = world.OpenIn(kFirst);
  CHECK_EQUAL(In(world.CloseIn(kFirst, id), Space::kNative).allocated_bytes, 0u);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, id), Space::kNative), 0u);
}

TEST("an isolate's scope counts its own domain and the helpers, not another isolate") {
  World world;
  const WindowId first = world.OpenIn(kFirst);
  const WindowId second = world.OpenIn(kSecond);
  const WindowId process = world.OpenIn(kProcessScope);
  world.Alloc(0x1000, 1, Space::kNative, kFirst);
  world.Alloc(0x2000, 10, Space::kNative, kSecond);
  world.Alloc(0x3000, 100, Space::kNative, kHelpers);
  world.Alloc(0x4000, 1000, Space::kNative, static_cast<DomainId>(0x0109));  // measured by the process's scope alone
  CHECK_EQUAL(In(world.CloseIn(kFirst, first), Space::kNative).allocated_bytes, 101u);
  CHECK_EQUAL(In(world.CloseIn(kSecond, second), Space::kNative).allocated_bytes, 110u);
  CHECK_EQUAL(In(world.CloseIn(kProcessScope, process), Space::kNative).allocated_bytes, 1111u);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, first), Space::kNative), 101u);
  CHECK_EQUAL(BytesIn(world.Alive(kSecond, second), Space::kNative), 110u);
  CHECK_EQUAL(BytesIn(world.Alive(kProcessScope, process), Space::kNative), 1111u);
}

TEST("a block keeps its domain, whoever frees it") {
  World world;
  const WindowId first = world.OpenIn(kFirst);
  const WindowId second = world.OpenIn(kSecond);
  world.Alloc(0x1000, 100, Space::kNative, kFirst);
  t_thread.domain = kSecond;
  world.Release(0x1000);
  CHECK_EQUAL(In(world.CloseIn(kSecond, second), Space::kNative).free_count, 0u);
  CHECK_EQUAL(In(world.CloseIn(kFirst, first), Space::kNative).freed_bytes, 100u);
}

TEST("what helpers allocated before a window and free within it takes nothing off the window's peak") {
  World world;
  world.Alloc(0x1000, 700, Space::kNative, kHelpers);
  world.MapAt(0, 8192, Space::kBuffers, kHelpers);
  const WindowId outer = world.OpenIn(kFirst, 50);
  world.Alloc(0x2000, 100, Space::kNative, kHelpers);
  const WindowId inner = world.OpenIn(kFirst, 50);
  world.Alloc(0x3000, 10);
  world.Release(0x1000);
  world.UnmapAt(0, 4096);
  world.Release(0x2000);
  world.Alloc(0x4000, 20);
  world.UnmapAt(4096, 4096);
  const WindowFigures inside = world.CloseIn(kFirst, inner, 50);
  const WindowFigures outside = world.CloseIn(kFirst, outer, 50);
  CHECK_EQUAL(In(inside, Space::kNative).peak_bytes, 30);
  CHECK_EQUAL(In(inside, Space::kNative).level_bytes, 30 - 800);
  CHECK_EQUAL(In(inside, Space::kBuffers).level_bytes, -8192);
  CHECK_EQUAL(In(inside, Space::kBuffers).peak_bytes, 0);
  CHECK_EQUAL(inside.total_peak_bytes, 30);
  CHECK_EQUAL(inside.total_peak_error, 0);
  CHECK_EQUAL(In(outside, Space::kNative).peak_bytes, 110);
  CHECK_EQUAL(In(outside, Space::kNative).level_bytes, 30 - 700);
  CHECK_EQUAL(In(outside, Space::kNative).freed_bytes, 800u);
  CHECK_EQUAL(outside.total_peak_bytes, 110);
}

TEST("the sum's peak lies where it was when helpers free what is older, whenever the heap is read") {
  World world;
  world.Alloc(0x1000, 700, Space::kNative, kHelpers);
  const WindowId id = world.OpenIn(kFirst, 1000);
  world.Alloc(0x2000, 300);
  world.Release(0x1000);
  world.Release(0x2000);
  world.Heap(kFirst, 1040);
  const WindowFigures figures = world.CloseIn(kFirst, id, 1040);
  CHECK_EQUAL(figures.total_peak_bytes, 340);
  CHECK_EQUAL(figures.total_peak_error, 40);
}

TEST("in the process's scope every thread's free counts, however old the block is") {
  World world;
  world.Alloc(0x1000, 700, Space::kNative, kHelpers);
  const WindowId id = world.OpenIn(kProcessScope);
  world.Release(0x1000);
  world.Alloc(0x2000, 100);
  CHECK_EQUAL(In(world.CloseIn(kProcessScope, id), Space::kNative).peak_bytes, 0);
}

TEST("a block of an older generation of a slot does not touch the newer one") {
  World world;
  const WindowId old = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100, Space::kNative, kFirst);
  const WindowId id = world.OpenIn(kNewer);
  world.Alloc(0x2000, 10, Space::kNative, kNewer);
  world.Alloc(0x3000, 7, Space::kNative, kFirst);
  world.Release(0x1000);
  const WindowFigures figures = world.CloseIn(kNewer, id);
  CHECK_EQUAL(In(figures, Space::kNative).allocated_bytes, 10u);
  CHECK_EQUAL(In(figures, Space::kNative).freed_bytes, 0u);
  CHECK_EQUAL(BytesIn(world.Alive(kNewer, id), Space::kNative), 10u);
  CHECK(!world.CloseIn(kFirst, old).known);
}

TEST("windows nest: each has its own figures and its own peak") {
  World world;
  const WindowId outer = world.OpenIn(kFirst);
  world.Alloc(0x1000, 100);
  const WindowId inner = world.OpenIn(kFirst);
  world.Alloc(0x2000, 50);
  world.Release(0x1000);
  const WindowFigures inside = world.CloseIn(kFirst, inner);
  world.Alloc(0x3000, 60);
  world.Release(0x2000);
  const WindowFigures outside = world.CloseIn(kFirst, outer);
  CHECK_EQUAL(In(inside, Space::kNative).allocated_bytes, 50u);
  CHECK_EQUAL(In(inside, Space::kNative).freed_bytes, 100u);
  CHECK_EQUAL(In(inside, Space::kNative).peak_bytes, 50);
  CHECK_EQUAL(In(outside, Space::kNative).allocated_bytes, 210u);
  CHECK_EQUAL(In(outside, Space::kNative).peak_bytes, 150);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, inner), Space::kNative), 0u);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, outer), Space::kNative), 60u);
}

TEST("windows may overlap and end in the order in which they began") {
  World world;
  const WindowId a = world.OpenIn(kFirst);
  world.Alloc(0x1000, 10);
  const WindowId b = world.OpenIn(kFirst);
  world.Alloc(0x2000, 20);
  const WindowFigures in_a = world.CloseIn(kFirst, a);
  world.Alloc(0x3000, 40);
  const WindowFigures in_b = world.CloseIn(kFirst, b);
  CHECK_EQUAL(In(in_a, Space::kNative).peak_bytes, 30);
  CHECK_EQUAL(In(in_b, Space::kNative).peak_bytes, 60);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, a), Space::kNative), 30u);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, b), Space::kNative), 60u);
}

TEST("sixty-four nested windows each see their own peak") {
  World world;
  WindowId ids[64];
  for (int i = 0; i < 64; ++i) {
    ids[i] = world.OpenIn(kFirst);
    world.Alloc(0x1000 + 0x1000u * static_cast<unsigned>(i), 100);
  }
  for (int i = 63; i >= 0; --i) {
    const WindowFigures figures = world.CloseIn(kFirst, ids[i]);
    CHECK_EQUAL(In(figures, Space::kNative).peak_bytes, 100 * (64 - i));
    CHECK_EQUAL(In(figures, Space::kNative).freed_bytes, 0u);
  }
}

TEST("a window that was closed or forgotten is not known any more") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  CHECK(world.CloseIn(kFirst, id).known);
  CHECK(!world.CloseIn(kFirst, id).known);
  world.ForgetIn(kFirst, id);
  CHECK(!world.CloseIn(kFirst, id).known);
  world.Alloc(0x1000, 100);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, id), Space::kNative), 0u);
  const WindowId next = world.OpenIn(kFirst);
  CHECK(next != id);
  CHECK(!world.CloseIn(kFirst, id).known);
  CHECK(world.CloseIn(kFirst, next).known);
}

TEST("forgetting an open window ends it, and the others go on") {
  World world;
  const WindowId outer = world.OpenIn(kFirst);
  const WindowId inner = world.OpenIn(kFirst);
  world.ForgetIn(kFirst, inner);
  world.Alloc(0x1000, 100);
  CHECK_EQUAL(In(world.CloseIn(kFirst, outer), Space::kNative).peak_bytes, 100);
}

TEST("a scope has room for 4096 windows, and says so when they are used up") {
  World world;
  std::vector<WindowId> ids;
  for (int i = 0; i < 4096; ++i) ids.push_back(world.OpenIn(kFirst));
  CHECK(ids.back() != WindowId::kInvalid);
  CHECK(world.OpenIn(kFirst) == WindowId::kInvalid);
  world.ForgetIn(kFirst, ids[17]);
  CHECK(world.OpenIn(kFirst) != WindowId::kInvalid);
}

TEST("the helpers have no scope of their own") {
  World world;
  CHECK(world.OpenIn(kHelpers) == WindowId::kInvalid);
  CHECK(!world.CloseIn(kHelpers, static_cast<WindowId>(0)).known);
}

TEST("a window whose memory the kernel refuses does not open, and the next one does") {
  World world;
  const auto fresh = static_cast<DomainId>(0x0120);
  RefuseOwnMemory([](std::size_t) { return true; });
  const WindowId refused = world.OpenIn(fresh);
  RefuseOwnMemory(nullptr);
  CHECK(refused == WindowId::kInvalid);
  world.Alloc(0x1000, 100, Space::kNative, fresh);
  const WindowId id = world.OpenIn(fresh);
  world.Alloc(0x2000, 10, Space::kNative, fresh);
  CHECK_EQUAL(In(world.CloseIn(fresh, id), Space::kNative).allocated_bytes, 10u);
}

TEST("after the fork locks are taken and given back, the ledger works on") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  LockAllForFork();
  UnlockAfterFork();
  world.Alloc(0x1000, 100);
  CHECK_EQUAL(In(world.CloseIn(kFirst, id), Space::kNative).allocated_bytes, 100u);
}

}  // namespace
}  // namespace test
