#include "recording/aggregator.h"

#include <cmath>
#include <cstring>

#include "recording/bytes.h"

namespace memspec::recording {
namespace {

constexpr std::uint32_t kHeapBits = 8;
constexpr std::uint32_t kHeapMask = (1u << kHeapBits) - 1;
static_assert(kMaxIsolates <= 1u << kHeapBits);

constexpr std::size_t kMaxRowBytes = 15 * kMaxNumberBytes;

// A sample of this size stands for so much.
Amount SampleAmount(std::uint64_t bytes, std::uint32_t interval) {
  const auto size = static_cast<double>(bytes);
  const double count = interval <= 1 || bytes == 0 ? 1.0 : 1.0 / -std::expm1(-size / interval);
  return {size * count, count};
}

Amount BlockAmount(std::uint64_t bytes) { return {static_cast<double>(bytes), 1}; }

std::uint64_t Rounded(double value) { return value <= 0 ? 0 : static_cast<std::uint64_t>(value + 0.5); }

int BitsOf(std::uint64_t value) { return value == 0 ? 0 : 64 - __builtin_clzll(value); }

}  // namespace

bool Aggregator::Prepare() {
  Release();
  rows_ = static_cast<Row*>(MapOwn((kMaxRows + 1) * sizeof(Row), Backing::kLazily));
  buckets_ = static_cast<std::uint32_t*>(MapOwn(kBuckets * sizeof(std::uint32_t), Backing::kLazily));
  threads_ = static_cast<Thread*>(MapOwn(kMaxThreads * sizeof(Thread), Backing::kLazily));
  // Its memory is mapped with the first mapping, which must not be under the recording's lock.
  ledger::Mapping first{1, 0, 0, DomainId::kHelpers, Space::kNative};
  const bool mapped = pieces_.Insert(0, 1, first) != ledger::MappingTable::Inserted::kNoRoom;
  pieces_.Clear();
  if (!mapped || !blocks_.Prepare(kMaxLive) || !mappings_.Prepare(ledger::MappingTable::kCapacity) || !samples_.Prepare(kMaxLive) || rows_ == nullptr || buckets_ == nullptr || threads_ == nullptr) {
    Release();
    return false;
  }
  // What has no row of its own.
  for (const Space space : {Space::kHeap, Space::kBuffers, Space::kNative}) RowOf(StackId::kNone, ThreadNumber::kNone, space, 0);
  return true;
}

void Aggregator::Release() {
  UnmapOwn(rows_, (kMaxRows + 1) * sizeof(Row), Backing::kLazily);
  UnmapOwn(buckets_, kBuckets * sizeof(std::uint32_t), Backing::kLazily);
  UnmapOwn(threads_, kMaxThreads * sizeof(Thread), Backing::kLazily);
  rows_ = nullptr;
  buckets_ = nullptr;
  threads_ = nullptr;
  blocks_.Release();
  samples_.Release();
  mappings_.Release();
  pieces_.Clear();
  last_mapping_ = 0;
  summary_ = Summary{};
  for (double& level : level_) level = 0;
  for (Heap& heap : heaps_) heap = Heap{};
  now_ = 0;
  rows_dropped_ = blocks_dropped_ = 0;
}

std::uint32_t Aggregator::RowOf(StackId stack, ThreadNumber thread, Space space, Allocator allocator) {
  std::uint64_t key = static_cast<std::uint64_t>(stack) << 32 | static_cast<std::uint64_t>(thread);
  key = (key ^ (static_cast<std::uint64_t>(space) << 8 | allocator)) * 0x9e3779b97f4a7c15u;
  std::uint32_t& bucket = buckets_[(key >> 40) % kBuckets];
  for (std::uint32_t at = bucket; at != 0; at = rows_[at].next) {
    const Row& row = rows_[at];
    if (row.stack == stack && row.thread == thread && row.space == space && row.allocator == allocator) return at;
  }
  if (summary_.rows == kMaxRows) {
    ++rows_dropped_;
    return RowOf(StackId::kNone, ThreadNumber::kNone, space, 0);
  }
  const std::uint32_t index = ++summary_.rows;
  Row& row = rows_[index];
  row.stack = stack;
  row.thread = thread;
  row.space = space;
  row.allocator = allocator;
  row.next = bucket;
  for (int peak = 0; peak < kPeaks; ++peak) row.noted[peak] = summary_.peaks[peak].number;
  bucket = index;
  return index;
}

Aggregator::Thread& Aggregator::ThreadOf(ThreadNumber thread) {
  const auto number = static_cast<std::uint32_t>(thread);
  return threads_[number < kMaxThreads ? number : 0];
}

Aggregator::Heap* Aggregator::HeapOf(IsolateNumber isolate, bool make) {
  Heap* unused = nullptr;
  for (Heap& heap : heaps_) {
    if (heap.isolate == isolate) return &heap;
    if (unused == nullptr && heap.isolate == IsolateNumber::kNone) unused = &heap;
  }
  if (!make || unused == nullptr) return nullptr;
  *unused = {isolate, 0, 0, 0};
  return unused;
}

void Aggregator::Change(Row& row, const Amount& amount, double sign) {
  for (int peak = 0; peak < kPeaks; ++peak) {
    if (row.noted[peak] == summary_.peaks[peak].number) continue;
    row.noted[peak] = summary_.peaks[peak].number;
    row.at_peak[peak] = row.live;
  }
  row.live.Add(amount, sign);
  if (row.space != Space::kHeap) level_[static_cast<int>(row.space)] += sign * amount.bytes;
}

void Aggregator::CheckPeaks() {
  const double off_heap = level_[kBuffers] + level_[kNative];
  const double levels[kPeaks] = {level_[kHeap] + off_heap, off_heap};
  for (int peak = 0; peak < kPeaks; ++peak) {
    Moment& highest = summary_.peaks[peak];
    if (levels[peak] <= highest.bytes) continue;
    highest = {now_, levels[peak], level_[kHeap], level_[kBuffers], level_[kNative], highest.number + 1};
  }
}

void Aggregator::Free(const LiveEntry& block) { Change(rows_[block.row], BlockAmount(block.bytes), -1); }

bool Aggregator::IsTemporary(const LiveEntry& block) {
  return ThreadOf(static_cast<ThreadNumber>(block.extra)).made - block.mark <= kTemporaryThreshold;
}

void Aggregator::CountAllocation(Row& row, std::uint64_t bytes) {
  row.total.Add(BlockAmount(bytes), 1);
  ++summary_.bins[BitsOf(bytes)][row.space == Space::kBuffers ? 1 : 0];
}

void Aggregator::Add(const Allocation& event) {
  LiveEntry old;
  if (blocks_.Remove(event.address, &old)) Free(old);  // unseen
  Thread& thread = ThreadOf(event.thread);
  ++thread.made;
  const std::uint32_t index = RowOf(event.stack, event.thread, event.space, event.allocator);
  Row& row = rows_[index];
  CountAllocation(row, event.bytes);
  LiveEntry* const block = blocks_.Insert(event.address);
  if (block == nullptr) {
    ++blocks_dropped_;
    return;
  }
  block->bytes = event.bytes;
  block->row = index;
  block->mark = thread.made;
  block->extra = static_cast<std::uint32_t>(event.thread);
  Change(row, BlockAmount(event.bytes), 1);
  CheckPeaks();
}

void Aggregator::AddFree(ThreadNumber thread, std::uint64_t address) {
  Thread& freer = ThreadOf(thread);
  freer.freed_known = blocks_.Remove(address, &freer.freed);
  if (!freer.freed_known) return;
  const LiveEntry& block = freer.freed;
  freer.freed_temporary = IsTemporary(block);
  if (freer.freed_temporary) rows_[block.row].temporary.Add(BlockAmount(block.bytes), 1);
  Free(block);
}

void Aggregator::AddRestored(ThreadNumber thread) {
  Thread& freer = ThreadOf(thread);
  if (!freer.freed_known) return;
  freer.freed_known = false;
  const LiveEntry was = freer.freed;
  if (blocks_.Find(was.key) != nullptr) return;
  LiveEntry* const block = blocks_.Insert(was.key);
  if (block == nullptr) {
    ++blocks_dropped_;
    return;
  }
  block->bytes = was.bytes;
  block->row = was.row;
  block->mark = was.mark;
  block->extra = was.extra;
  Row& row = rows_[was.row];
  if (freer.freed_temporary) row.temporary.Add(BlockAmount(was.bytes), -1);
  Change(row, BlockAmount(was.bytes), 1);
  CheckPeaks();
}

void Aggregator::RemoveMappings(std::uint64_t start, std::uint64_t bytes, bool seen) {
  const std::uint64_t first_page = start & ~(std::uint64_t{PageSize()} - 1);
  ledger::MappingTable::Removed removed;
  while (pieces_.RemoveOne(first_page, RoundUpToPage(start + bytes), &removed)) {
    if (removed.dropped_rest) ++blocks_dropped_;
    const LiveEntry* const known = mappings_.Find(removed.mapping.birth);
    if (known == nullptr) continue;
    Row& row = rows_[known->row];
    if (removed.whole) {
      if (seen && IsTemporary(*known)) row.temporary.Add(BlockAmount(known->bytes), 1);
      LiveEntry was;
      mappings_.Remove(removed.mapping.birth, &was);
    }
    Change(row, {static_cast<double>(removed.bytes), removed.whole ? 1.0 : 0.0}, -1);
  }
}

void Aggregator::InsertMapping(std::uint64_t start, std::uint64_t end, ThreadNumber number, std::uint32_t index) {
  Thread& thread = ThreadOf(number);
  ++thread.made;
  Row& row = rows_[index];
  CountAllocation(row, end - start);
  LiveEntry* const known = mappings_.Insert(++last_mapping_);
  ledger::Mapping mapping{end - start, 0, last_mapping_, DomainId::kHelpers, row.space};
  if (known == nullptr || pieces_.Insert(start, end, mapping) != ledger::MappingTable::Inserted::kYes) {
    ++blocks_dropped_;
    return;
  }
  known->bytes = end - start;
  known->row = index;
  known->mark = thread.made;
  known->extra = static_cast<std::uint32_t>(number);
  Change(row, BlockAmount(end - start), 1);
  CheckPeaks();
}

void Aggregator::Add(const Mapping& event) {
  if (event.bytes == 0) return;
  const std::uint64_t end = event.address + event.bytes;
  if (!event.commit) RemoveMappings(event.address, event.bytes, false);
  const std::uint32_t row = RowOf(event.stack, event.thread, event.space, event.allocator);
  if (!event.commit) {
    InsertMapping(event.address, end, event.thread, row);
    return;
  }
  std::uint64_t gap_start = 0;
  std::uint64_t gap_end = 0;
  for (std::uint64_t at = event.address; at < end && pieces_.FindGap(at, end, &gap_start, &gap_end); at = gap_end) {
    InsertMapping(gap_start, gap_end, event.thread, row);
  }
}

void Aggregator::AddUnmap(std::uint64_t address, std::uint64_t bytes) {
  if (bytes != 0) RemoveMappings(address, bytes, true);
}

void Aggregator::Add(const HeapAllocation& event) {
  Heap* const heap = HeapOf(event.isolate, true);
  const std::uint32_t interval = heap == nullptr ? 0 : heap->interval;
  LiveEntry old;
  if (samples_.Remove(event.handle, &old)) Change(rows_[old.row], SampleAmount(old.bytes, old.extra), -1);
  const std::uint32_t index = RowOf(event.stack, event.thread, Space::kHeap, 0);
  const Amount amount = SampleAmount(event.bytes, interval);
  rows_[index].total.Add(amount, 1);
  LiveEntry* const sample = heap == nullptr ? nullptr : samples_.Insert(event.handle);
  if (sample == nullptr) {
    ++blocks_dropped_;
    return;
  }
  sample->bytes = event.bytes;
  sample->row = index;
  sample->mark = static_cast<std::uint32_t>(heap - heaps_) | heap->begun << kHeapBits;
  sample->extra = interval;
  Change(rows_[index], amount, 1);
}

void Aggregator::AddHeapFree(std::uint64_t handle) {
  LiveEntry was;
  if (!samples_.Remove(handle, &was)) return;
  const Amount amount = SampleAmount(was.bytes, was.extra);
  const Heap& heap = heaps_[was.mark & kHeapMask];
  // The first collection that began after its birth.
  if (((heap.begun - (was.mark >> kHeapBits)) & (~0u >> kHeapBits)) <= 1) rows_[was.row].temporary.Add(amount, 1);
  Change(rows_[was.row], amount, -1);
}

void Aggregator::AddSampling(IsolateNumber isolate, std::uint64_t interval) {
  Heap* const heap = HeapOf(isolate, true);
  if (heap != nullptr) heap->interval = interval > 0xffffffffu ? 0xffffffffu : static_cast<std::uint32_t>(interval);
}

void Aggregator::SetHeapLevel(IsolateNumber isolate, double used) {
  Heap* const heap = HeapOf(isolate, true);
  if (heap == nullptr) return;
  level_[kHeap] += used - heap->used;
  heap->used = used;
}

void Aggregator::AddHeapEnds(IsolateNumber isolate) {
  Heap* const heap = HeapOf(isolate, false);
  if (heap == nullptr) return;
  samples_.RemoveIf([&](const LiveEntry& sample) {
    if ((sample.mark & kHeapMask) != static_cast<std::uint32_t>(heap - heaps_)) return false;
    Change(rows_[sample.row], SampleAmount(sample.bytes, sample.extra), -1);
    return true;
  });
  level_[kHeap] -= heap->used;
  *heap = Heap{};
}

void Aggregator::Add(const CollectionEvent& event) {
  now_ = event.time;
  Heap* const heap = HeapOf(event.isolate, true);
  if (heap != nullptr && !event.ended) ++heap->begun;
  SetHeapLevel(event.isolate, static_cast<double>(event.used));
  CheckPeaks();
}

void Aggregator::Add(const Levels& levels) {
  now_ = levels.time;
  for (std::uint32_t i = 0; i < levels.heaps; ++i) {
    SetHeapLevel(levels.heap[i].isolate, static_cast<double>(levels.heap[i].used));
  }
  CheckPeaks();
}

std::size_t Aggregator::CopyBytes() const { return sizeof(Summary) + (std::size_t{summary_.rows} + 1) * sizeof(Row); }

bool Aggregator::Copy(void* to, std::size_t bytes) {
  const std::size_t needed = CopyBytes();
  if (rows_ == nullptr || bytes < needed) return false;
  std::memcpy(to, &summary_, sizeof summary_);
  std::memcpy(static_cast<char*>(to) + sizeof summary_, rows_, needed - sizeof summary_);
  return true;
}

std::string Aggregator::Encode(const void* copy, std::uint64_t time) {
  Summary summary;
  std::memcpy(&summary, copy, sizeof summary);
  const char* const rows = static_cast<const char*>(copy) + sizeof summary;
  std::string out;
  AppendUnsigned(out, time);
  for (const Moment& peak : summary.peaks) {
    AppendUnsigned(out, peak.time);
    for (const double bytes : {peak.heap, peak.buffers, peak.native}) AppendUnsigned(out, Rounded(bytes));
  }
  std::uint64_t bins = 0;
  for (const auto& bin : summary.bins) bins += bin[0] != 0 || bin[1] != 0 ? 1 : 0;
  AppendUnsigned(out, bins);
  for (int bits = 0; bits < kBins; ++bits) {
    const auto& bin = summary.bins[bits];
    if (bin[0] == 0 && bin[1] == 0) continue;
    AppendUnsigned(out, bits == 0 ? 0 : std::uint64_t{1} << (bits - 1));
    AppendUnsigned(out, bin[0]);
    AppendUnsigned(out, bin[1]);
  }
  std::string body;
  std::uint64_t count = 0;
  for (std::uint32_t i = 1; i <= summary.rows; ++i) {
    Row row;
    std::memcpy(&row, rows + std::size_t{i} * sizeof row, sizeof row);
    if (row.total.count == 0) continue;
    if (out.size() + body.size() + kMaxRowBytes + kMaxNumberBytes > kMaxPayloadBytes) break;  // longer numbers than any machine has
    ++count;
    AppendUnsigned(body, static_cast<std::uint64_t>(row.stack));
    AppendUnsigned(body, static_cast<std::uint64_t>(row.thread));
    AppendUnsigned(body, static_cast<std::uint64_t>(row.space));
    AppendUnsigned(body, row.allocator);
    const auto at_peak = [&](int peak) {
      return row.noted[peak] == summary.peaks[peak].number ? row.at_peak[peak] : row.live;
    };
    for (const Amount& amount : {row.total, at_peak(kTotal), at_peak(kOffHeap), row.live, row.temporary}) {
      AppendUnsigned(body, Rounded(amount.bytes));
      AppendUnsigned(body, Rounded(amount.count));
    }
  }
  AppendUnsigned(out, count);
  return out + body;
}

}  // namespace memspec::recording
