// The block table: growth, and its failure.
#include "base/own_memory.h"
#include "world.h"

namespace test {
namespace {

TEST("a hundred thousand blocks grow the tables and are all found again") {
  World world;
  const std::uint64_t own_before = OwnBytes();
  const WindowId id = world.OpenIn(kFirst);
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    world.Alloc(i * 48, i % 1000);
    bytes += i % 1000;
  }
  CHECK(OwnBytes() > own_before + 100'000 * 24);
  for (std::uint64_t i = 1; i <= 100'000; i += 2) {
    Block was;
    CHECK(world.Release(i * 48, &was));
    CHECK_EQUAL(was.bytes, i % 1000);
    bytes -= i % 1000;
  }
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK_EQUAL(figures.blocks_dropped, 0u);
  CHECK_EQUAL(static_cast<std::uint64_t>(In(figures, Space::kNative).level_bytes), bytes);
  CHECK_EQUAL(BytesIn(world.Alive(kFirst, id), Space::kNative), bytes);
  CHECK_EQUAL(CountIn(world.Alive(kFirst, id), Space::kNative), 50'000u);
}

TEST("when the kernel gives no memory, blocks are dropped and counted, and the figures still balance") {
  World world;
  const auto address = [](std::uint64_t i) { return 0x7000'0000'0000 + i * 32; };
  for (std::uint64_t i = 1; i <= 1000; ++i) world.Alloc(i * 16, 1);  // every shard has a table
  const WindowId id = world.OpenIn(kFirst);
  RefuseOwnMemory([](std::size_t) { return true; });
  constexpr std::uint64_t kBlocks = 100'000;
  for (std::uint64_t i = 0; i < kBlocks; ++i) world.Alloc(address(i), 10);
  RefuseOwnMemory(nullptr);
  std::uint64_t known = 0;
  for (std::uint64_t i = 0; i < kBlocks; ++i) known += world.Release(address(i)) ? 1u : 0u;
  world.Alloc(0x9'0000'0000, 10);
  const WindowFigures figures = world.CloseIn(kFirst, id);
  CHECK(known > 0);
  CHECK(figures.blocks_dropped > 0);
  CHECK_EQUAL(figures.blocks_dropped + known, kBlocks);
  CHECK_EQUAL(figures.unknown_frees, figures.blocks_dropped);
  CHECK_EQUAL(In(figures, Space::kNative).allocation_count, known + 1);
  CHECK_EQUAL(In(figures, Space::kNative).level_bytes, 10);
}

TEST("a table that could not grow grows once the kernel has memory again") {
  World world;
  const WindowId id = world.OpenIn(kFirst);
  RefuseOwnMemory([](std::size_t) { return true; });
  Allocate(world.guard(), At(0x7000'0000'0000), 1, Space::kNative, kFirst, kNoSample);
  RefuseOwnMemory(nullptr);
  CHECK_EQUAL(world.CloseIn(kFirst, id).blocks_dropped, 1u);
  const WindowId later = world.OpenIn(kFirst);
  for (std::uint64_t i = 1; i <= 1'000'000; ++i) world.Alloc(i * 16, 1);
  CHECK_EQUAL(world.CloseIn(kFirst, later).blocks_dropped, 0u);
  CHECK_EQUAL(CountIn(world.Alive(kFirst, later), Space::kNative), 1'000'000u);
}

}  // namespace
}  // namespace test
