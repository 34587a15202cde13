// The sums against a model that keeps everything and computes each figure by its definition.
#include <cmath>
#include <memory>

#include "base/own_memory.h"
#include "decoder.h"
#include "harness.h"
#include "recording/aggregator.h"

namespace test {
namespace {

using namespace memspec;
using namespace memspec::recording;

using Key = std::vector<std::uint64_t>;  // stack, thread, space, allocator
struct Pair {
  double bytes = 0, count = 0;
};
using Shares = std::map<Key, Pair>;

// Off the heap: blocks by address, pages by number (each page of a mapping has so many bytes of it).
class Model {
 public:
  struct Block {
    Key key;
    std::uint64_t bytes, made;
  };
  struct MapState {
    Key key;
    std::uint64_t bytes, made, pieces;
  };

  void Allocate(const Key& key, std::uint64_t address, std::uint64_t bytes) {
    if (blocks.contains(address)) Take(blocks[address].key, static_cast<double>(blocks[address].bytes), 1);
    ++made[key[1]];
    Count(key, bytes);
    blocks[address] = {key, bytes, made[key[1]]};
    Give(key, static_cast<double>(bytes), 1);
  }
  void Free(std::uint64_t thread, std::uint64_t address) {
    last_known[thread] = blocks.contains(address);
    if (!last_known[thread]) return;
    const Block block = blocks[address];
    last[thread] = {address, block};
    blocks.erase(address);
    last_temporary[thread] = made[block.key[1]] - block.made <= 1;
    if (last_temporary[thread]) Add(temporary[block.key], static_cast<double>(block.bytes), 1);
    Take(block.key, static_cast<double>(block.bytes), 1);
  }
  void Restore(std::uint64_t thread) {
    if (!last_known[thread]) return;
    last_known[thread] = false;
    const auto& [address, block] = last[thread];
    if (blocks.contains(address)) return;
    blocks[address] = block;
    if (last_temporary[thread]) Add(temporary[block.key], -static_cast<double>(block.bytes), -1);
    Give(block.key, static_cast<double>(block.bytes), 1);
  }
  void Map(const Key& key, std::uint64_t page, std::uint64_t pages, bool commit) {
    if (!commit) Unmap(page, pages, false);
    for (std::uint64_t at = page; at < page + pages;) {
      if (owner.contains(at)) {
        ++at;
        continue;
      }
      std::uint64_t end = at;
      while (end < page + pages && !owner.contains(end)) ++end;
      const std::uint64_t bytes = (end - at) * PageSize();
      ++made[key[1]];
      Count(key, bytes);
      mappings.push_back({key, bytes, made[key[1]], end - at});
      for (; at < end; ++at) owner[at] = mappings.size() - 1;
      Give(key, static_cast<double>(bytes), 1);
    }
  }
  void Unmap(std::uint64_t page, std::uint64_t pages, bool seen) {
    for (std::uint64_t at = page; at < page + pages; ++at) {
      if (!owner.contains(at)) continue;
      MapState& mapping = mappings[owner[at]];
      owner.erase(at);
      const bool whole = --mapping.pieces == 0;
      if (whole && seen && made[mapping.key[1]] - mapping.made <= 1) {
        Add(temporary[mapping.key], static_cast<double>(mapping.bytes), 1);
      }
      Take(mapping.key, static_cast<double>(PageSize()), whole ? 1 : 0);
    }
  }
  void Heap(std::uint64_t isolate, double used) {
    heaps[isolate] = used;
    Look();
  }
  void Born(const Key& key, std::uint64_t handle, std::uint64_t bytes, std::uint64_t isolate) {
    Gone(handle, false);
    const double n = interval[isolate];
    const double count = n <= 1 || bytes == 0 ? 1 : 1 / (1 - std::exp(-static_cast<double>(bytes) / n));
    samples[handle] = {key, {static_cast<double>(bytes) * count, count}, isolate, begun[isolate]};
    Add(all[key], static_cast<double>(bytes) * count, count);
    Add(live[key], static_cast<double>(bytes) * count, count);
  }
  void Gone(std::uint64_t handle, bool told = true) {
    if (!samples.contains(handle)) return;
    const Sample sample = samples[handle];
    samples.erase(handle);
    if (told && begun[sample.isolate] - sample.begun <= 1) Add(temporary[sample.key], sample.amount.bytes, sample.amount.count);
    Add(live[sample.key], -sample.amount.bytes, -sample.amount.count);
  }
  void EndHeap(std::uint64_t isolate) {
    std::vector<std::uint64_t> theirs;
    for (const auto& [handle, sample] : samples) {
      if (sample.isolate == isolate) theirs.push_back(handle);
    }
    for (const std::uint64_t handle : theirs) Gone(handle, false);
    heaps.erase(isolate);
    begun[isolate] = 0;
    interval[isolate] = 0;
  }

  struct Sample {
    Key key;
    Pair amount;
    std::uint64_t isolate, begun;
  };
  std::map<std::uint64_t, Block> blocks;
  std::map<std::uint64_t, std::size_t> owner;
  std::vector<MapState> mappings;
  std::map<std::uint64_t, Sample> samples;
  std::map<std::uint64_t, std::uint64_t> made, begun;
  std::map<std::uint64_t, double> heaps, interval;
  std::map<std::uint64_t, std::pair<std::uint64_t, Block>> last;
  std::map<std::uint64_t, bool> last_known, last_temporary;
  Shares all, live, temporary, at_peak[2];
  double peak[2] = {};
  std::uint64_t now = 0, peak_time[2] = {};
  std::map<std::uint64_t, std::uint64_t> bins[2];  // native, buffers

 private:
  static void Add(Pair& pair, double bytes, double count) {
    pair.bytes += bytes;
    pair.count += count;
  }
  void Count(const Key& key, std::uint64_t bytes) {
    Add(all[key], static_cast<double>(bytes), 1);
    std::uint64_t from = 0;
    for (std::uint64_t power = 1; bytes >= power; power *= 2) from = power;
    ++bins[key[2] == 1 ? 1 : 0][from];
  }
  void Give(const Key& key, double bytes, double count) {
    Add(live[key], bytes, count);
    Look();
  }
  void Take(const Key& key, double bytes, double count) { Add(live[key], -bytes, -count); }
  void Look() {
    double off_heap = 0;
    for (const auto& [key, amount] : live) off_heap += key[2] == 0 ? 0 : amount.bytes;
    double heap = 0;
    for (const auto& [isolate, used] : heaps) heap += used;
    const double levels[2] = {heap + off_heap, off_heap};
    for (int i = 0; i < 2; ++i) {
      if (levels[i] <= peak[i]) continue;
      peak[i] = levels[i];
      peak_time[i] = now;
      at_peak[i] = live;
    }
  }
};

void Compare(Aggregator& aggregator, const Model& model) {
  const std::size_t bytes = aggregator.CopyBytes();
  const auto copy = std::make_unique<char[]>(bytes);
  CHECK(aggregator.Copy(copy.get(), bytes));
  const Sums sums = DecodeSums(Aggregator::Encode(copy.get(), 99));
  CHECK_EQUAL(sums.time, 99u);
  for (int i = 0; i < 2; ++i) {
    CHECK_EQUAL(sums.peak[i][0], model.peak_time[i]);
    const double level = static_cast<double>(sums.peak[i][2] + sums.peak[i][3] + (i == 0 ? sums.peak[i][1] : 0));
    CHECK_EQUAL(level, model.peak[i]);
  }
  std::uint64_t bins = 0;
  for (const auto& bin : sums.bins) {
    const auto count = [&](int space) { return model.bins[space].contains(bin[0]) ? model.bins[space].at(bin[0]) : 0; };
    CHECK_EQUAL(bin[1], count(0));
    CHECK_EQUAL(bin[2], count(1));
    bins += bin[1] + bin[2];
  }
  std::uint64_t expected_bins = 0;
  for (const auto& of : model.bins) {
    for (const auto& [from, count] : of) expected_bins += count;
  }
  CHECK_EQUAL(bins, expected_bins);
  std::size_t rows = 0;
  for (const SumsRow& row : sums.rows) {
    const Key key{row.stack, row.thread, row.space, row.allocator};
    const Shares* const shares[5] = {&model.all, &model.at_peak[0], &model.at_peak[1], &model.live, &model.temporary};
    for (int i = 0; i < 5; ++i) {
      const auto found = shares[i]->find(key);
      const Pair amount = found == shares[i]->end() ? Pair{} : found->second;
      // Of the heap: sums of estimates, in another order, rounded.
      const double most = row.space == 0 ? 1.001 : 0;
      CHECK(std::fabs(static_cast<double>(row.bytes[i]) - amount.bytes) <= most);
      CHECK(std::fabs(static_cast<double>(row.count[i]) - amount.count) <= most);
    }
    ++rows;
  }
  CHECK_EQUAL(rows, model.all.size());
}

TEST("sums, peaks, what is alive and what was temporary are those of the definitions") {
  for (unsigned seed = 0; seed < Seeds() / 4 + 1; ++seed) {
    Random random(seed);
    auto aggregator = std::make_unique<Aggregator>();
    CHECK(aggregator->Prepare());
    Model model;
    const auto levels = std::make_unique<Levels>();
    for (int step = 0; step < 400; ++step) {
      const std::uint64_t number = 1 + random.Below(3);
      const auto thread = static_cast<ThreadNumber>(number);
      const auto isolate = static_cast<IsolateNumber>(number);
      const std::uint64_t stack = random.Below(4);
      const std::uint64_t space = 1 + random.Below(2);
      const std::uint64_t allocator = random.Below(3);
      const Key key{stack, number, space, allocator};
      const std::uint64_t address = 0x1000 + random.Below(30) * 16;
      const std::uint64_t bytes = random.Below(random.Below(3) == 0 ? 1u << 20 : 100u);
      const std::uint64_t page = 100 + random.Below(20);
      const std::uint64_t pages = 1 + random.Below(6);
      switch (random.Below(12)) {
        case 0: case 1: case 2:
          aggregator->Add(Allocation{thread, static_cast<Space>(space), static_cast<Allocator>(allocator), address, bytes, static_cast<StackId>(stack)});
          model.Allocate(key, address, bytes);
          break;
        case 3: case 4:
          aggregator->AddFree(thread, address);
          model.Free(number, address);
          if (random.Below(4) == 0) {
            aggregator->AddRestored(thread);
            model.Restore(number);
          }
          break;
        case 5: {
          const bool commit = random.Below(2) == 0;
          aggregator->Add(Mapping{thread, static_cast<Space>(space), static_cast<Allocator>(allocator), page * PageSize(), pages * PageSize(), static_cast<StackId>(stack), commit});
          model.Map(key, page, pages, commit);
          break;
        }
        case 6:
          aggregator->AddUnmap(page * PageSize(), pages * PageSize());
          model.Unmap(page, pages, true);
          break;
        case 7: {
          model.now += 10;
          const std::uint64_t used = random.Below(1u << 21);
          const bool ended = random.Below(2) == 0;
          if (!ended) ++model.begun[number];
          aggregator->Add(CollectionEvent{thread, isolate, model.now, Collection::kYoung, used, ended});
          model.Heap(number, static_cast<double>(used));
          break;
        }
        case 8: {
          model.now += 10;
          *levels = Levels{};
          levels->time = model.now;
          levels->heaps = 1;
          levels->heap[0] = {isolate, random.Below(1u << 21), 0};
          aggregator->Add(*levels);
          model.Heap(number, static_cast<double>(levels->heap[0].used));
          break;
        }
        case 9: {
          const Key of_heap{stack, number, 0, 0};
          aggregator->Add(HeapAllocation{thread, isolate, address, bytes, static_cast<StackId>(stack)});
          model.Born(of_heap, address, bytes, number);
          break;
        }
        case 10:
          aggregator->AddHeapFree(address);
          model.Gone(address);
          break;
        default:
          if (random.Below(3) == 0) {
            aggregator->AddHeapEnds(isolate);
            model.EndHeap(number);
          } else {
            const std::uint64_t interval = std::uint64_t{1} << random.Below(16);
            aggregator->AddSampling(isolate, interval);
            model.interval[number] = static_cast<double>(interval);
          }
      }
    }
    Compare(*aggregator, model);
    aggregator->Release();
  }
}

TEST("stacks beyond the capacity are summed under no stack, and counted") {
  auto aggregator = std::make_unique<Aggregator>();
  CHECK(aggregator->Prepare());
  constexpr std::uint32_t kStacks = Aggregator::kMaxRows + 100;
  for (std::uint32_t i = 1; i <= kStacks; ++i) {
    aggregator->Add(Allocation{static_cast<ThreadNumber>(1), Space::kNative, 1, std::uint64_t{i} * 16, 10, static_cast<StackId>(i)});
  }
  const std::size_t bytes = aggregator->CopyBytes();
  const auto copy = std::make_unique<char[]>(bytes);
  CHECK(aggregator->Copy(copy.get(), bytes));
  const std::string payload = Aggregator::Encode(copy.get(), 0);
  CHECK(payload.size() <= kMaxPayloadBytes);
  const Sums sums = DecodeSums(payload);
  std::uint64_t all = 0, without_stack = 0;
  for (const SumsRow& row : sums.rows) {
    all += row.count[0];
    if (row.stack == 0) without_stack += row.count[0];
  }
  CHECK_EQUAL(all, kStacks);
  CHECK(without_stack >= 100);
  CHECK_EQUAL(without_stack, aggregator->rows_dropped());
  aggregator->Release();
}

}  // namespace
}  // namespace test
