// What was put in comes out, by a decoder of the test's own.
#include <memory>

#include "decoder.h"
#include "harness.h"
#include "recording/crc32.h"
#include "recording/event_encoder.h"
#include "recording/live_table.h"

namespace test {
namespace {

using namespace memspec;
using namespace memspec::recording;

std::uint64_t AnyNumber(Random& random) { return random.Below(std::uint64_t{1} << random.Below(48)); }

TEST("every event comes out of its chunk as it went in") {
  for (unsigned seed = 0; seed < Seeds(); ++seed) {
    Random random(seed);
    std::string memory(1 << 14, '\0');
    EventEncoder encoder;
    encoder.Begin(reinterpret_cast<std::uint8_t*>(memory.data()), memory.size());
    std::vector<Record> expected;
    std::uint64_t thread_before = 0;
    auto levels = std::make_unique<Levels>();
    while (encoder.HasRoom(MaxLevelsBytes(3))) {
      const auto thread = static_cast<ThreadNumber>(1 + random.Below(3));
      const auto number = static_cast<std::uint64_t>(thread);
      const auto stack = static_cast<StackId>(random.Below(1u << 19));
      const auto space = static_cast<Space>(1 + random.Below(2));
      const auto allocator = static_cast<Allocator>(random.Below(40));
      const std::uint64_t address = random.Below(4) == 0 ? AnyNumber(random) : AnyNumber(random) * 16;
      const std::uint64_t bytes = AnyNumber(random);
      const auto of = [](auto value) { return static_cast<std::uint64_t>(value); };
      switch (random.Below(11)) {
        case 0: case 1: case 2:
          encoder.Add(Allocation{thread, space, allocator, address, bytes, stack});
          expected.push_back({"allocation", number, {of(space), allocator, address, bytes, of(stack)}});
          break;
        case 3: case 4:
          encoder.AddFree(thread, space, address);
          expected.push_back({"free", number, {address}});
          break;
        case 5:
          encoder.Add(HeapAllocation{thread, static_cast<IsolateNumber>(1), address, bytes, stack});
          expected.push_back({"heapAllocation", number, {address, bytes, of(stack)}});
          break;
        case 6:
          encoder.AddHeapFree(thread, address);
          expected.push_back({"heapFree", number, {address}});
          break;
        case 7:
          encoder.Add(Mapping{thread, space, allocator, address, bytes, stack, bytes % 2 == 0});
          expected.push_back({bytes % 2 == 0 ? "commit" : "map", number, {address, bytes, of(space), allocator, of(stack)}});
          break;
        case 8:
          encoder.AddUnmap(thread, address, bytes);
          encoder.AddRestored(thread);
          expected.push_back({"unmap", number, {address, bytes}});
          expected.push_back({"restored", number, {}});
          break;
        case 9:
          encoder.AddSampling(thread, bytes, address % 2 == 0);
          encoder.AddHeapEnds(thread, static_cast<IsolateNumber>(7));
          encoder.AddMissed(thread, 3);
          encoder.Add(CollectionEvent{thread, static_cast<IsolateNumber>(2), 5, Collection::kFull, bytes, address % 2 == 0});
          expected.push_back({"sampling", number, {bytes, address % 2}});
          expected.push_back({"heapEnds", number, {7}});
          expected.push_back({"missed", number, {3}});
          expected.push_back({address % 2 == 0 ? "ended" : "begins", number, {5, 2, 2, bytes}});
          break;
        default:
          *levels = Levels{};
          levels->time = 1;
          levels->rss = bytes;
          levels->buffers = address;
          levels->heaps = 2;
          levels->heap[0] = {static_cast<IsolateNumber>(1), 10, 20};
          levels->heap[1] = {static_cast<IsolateNumber>(3), bytes, bytes + 1};
          encoder.Add(*levels);
          expected.push_back({"levels", thread_before, {1, bytes, address, 0, 0, 2, 1, 10, 20, 3, bytes, bytes + 1}});
      }
      thread_before = expected.back().thread;
    }
    const std::vector<Record> decoded = DecodeEvents(memory.substr(0, encoder.bytes()));
    CHECK_EQUAL(decoded.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK_EQUAL(decoded[i].what, expected[i].what);
      CHECK(decoded[i] == expected[i]);
    }
  }
}

TEST("the sum of a chunk is zlib's") {
  CHECK_EQUAL(Crc32("", 0), 0u);
  CHECK_EQUAL(Crc32("123456789", 9), 0xcbf43926u);  // the check value that the algorithm is known by
}

TEST("the table of what is alive holds what was put in and not taken out, at every size") {
  Random random(1);
  LiveTable table;
  CHECK(table.Prepare(1 << 16));
  std::map<std::uint64_t, std::uint64_t> model;
  for (int step = 0; step < 200'000; ++step) {
    const std::uint64_t key = random.Below(step < 100'000 ? 30'000 : 3000) * 16;
    const auto known = model.find(key);
    LiveEntry was;
    CHECK_EQUAL(table.Find(key) != nullptr, known != model.end());
    if (known != model.end()) {
      CHECK(table.Remove(key, &was));
      CHECK_EQUAL(was.bytes, known->second);
      model.erase(known);
    } else {
      LiveEntry* const entry = table.Insert(key);
      CHECK(entry != nullptr);
      entry->bytes = static_cast<std::uint64_t>(step);
      model[key] = static_cast<std::uint64_t>(step);
    }
    CHECK_EQUAL(table.count(), static_cast<std::uint32_t>(model.size()));
  }
  table.RemoveIf([](const LiveEntry& entry) { return entry.bytes % 2 == 0; });
  for (const auto& [key, bytes] : model) CHECK_EQUAL(table.Find(key) != nullptr, bytes % 2 == 1);
  table.Release();
}

TEST("a full table refuses, and takes again what was made room for") {
  LiveTable table;
  CHECK(table.Prepare(64));
  for (std::uint64_t key = 1; key < 64; ++key) CHECK(table.Insert(key) != nullptr);
  CHECK(table.Insert(64) == nullptr);
  LiveEntry was;
  CHECK(table.Remove(7, &was));
  CHECK(table.Insert(64) != nullptr);
  table.Release();
}

}  // namespace
}  // namespace test
