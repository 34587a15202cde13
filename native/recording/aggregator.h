// Sums of each stack, thread, space and allocator, kept while the program runs: what an aggregated file holds. Told of the very events
// that a full file writes down, in the same order, so both give the same totals, peaks and leaks.
//
// Alive at the peak, without a copy of all rows at each new peak: peaks are numbered, and a row that is about to change first
// notes what it held at the last peak, if it has not changed since. Not thread-safe: the recording's lock guards it.
//
// Capacity: kMaxRows; further stacks are summed under stack 0 and counted. kMaxLive blocks, and as many heap samples.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "ledger/mapping_table.h"
#include "recording/event.h"
#include "recording/live_table.h"

namespace memspec::recording {

struct Amount {
  double bytes = 0, count = 0;  // whole numbers below 2^53, but for the heap, where they are estimates
  void Add(const Amount& other, double sign) {
    bytes += sign * other.bytes;
    count += sign * other.count;
  }
};

class Aggregator {
 public:
  static constexpr std::uint32_t kMaxRows = 200'000;  // so that all of them fit a chunk
  static constexpr std::uint32_t kMaxLive = 1u << 26;
  static constexpr std::uint32_t kMaxThreads = 1u << 20;
  enum Peak { kTotal = 0, kOffHeap = 1, kPeaks = 2 };

  constexpr Aggregator() = default;
  Aggregator(const Aggregator&) = delete;
  Aggregator& operator=(const Aggregator&) = delete;

  // Not under a lock. Begins anew. False: no address space.
  bool Prepare();
  void Release();

  void Add(const Allocation& event);
  void AddFree(ThreadNumber thread, std::uint64_t address);
  void AddRestored(ThreadNumber thread);
  void Add(const Mapping& event);
  void AddUnmap(std::uint64_t address, std::uint64_t bytes);
  void Add(const HeapAllocation& event);
  void AddHeapFree(std::uint64_t handle);
  void AddSampling(IsolateNumber isolate, std::uint64_t interval);
  void AddHeapEnds(IsolateNumber isolate);
  void Add(const CollectionEvent& event);
  void Add(const Levels& levels);

  // Bytes that Copy needs now, at most; more rows may come until it is called.
  std::size_t CopyBytes() const;
  // A copy of the sums, to be written without the lock. False: `bytes` is not enough.
  bool Copy(void* to, std::size_t bytes);
  // The chunk's payload, from such a copy.
  static std::string Encode(const void* copy, std::uint64_t time);

  std::uint64_t rows_dropped() const { return rows_dropped_; }
  std::uint64_t blocks_dropped() const { return blocks_dropped_; }

 private:
  struct Row {
    StackId stack;
    ThreadNumber thread;
    Space space;
    Allocator allocator;
    std::uint32_t next;  // in the bucket; 0: the last
    std::uint32_t noted[kPeaks];  // number of the peak that at_peak is of, or of a later one
    Amount total, live, temporary;
    Amount at_peak[kPeaks];
  };
  struct Moment {
    std::uint64_t time = 0;
    double bytes = 0;  // of all that the peak counts
    double heap = 0, buffers = 0, native = 0;
    std::uint32_t number = 0;
  };
  static constexpr int kBins = 65;  // by the number of bits of the size
  struct Summary {
    Moment peaks[kPeaks];
    std::uint64_t bins[kBins][2];  // native, buffers
    std::uint32_t rows;
  };
  struct Thread {
    std::uint32_t made;  // allocations so far
    bool freed_temporary;
    bool freed_known;
    LiveEntry freed;  // the last free, in case that it did not happen
  };
  struct Heap {
    IsolateNumber isolate = IsolateNumber::kNone;
    std::uint32_t interval = 0;
    std::uint32_t begun = 0;  // collections
    double used = 0;
  };
  static constexpr std::uint32_t kBuckets = 1u << 17;
  static constexpr std::uint32_t kTemporaryThreshold = 1;

  std::uint32_t RowOf(StackId stack, ThreadNumber thread, Space space, Allocator allocator);
  Thread& ThreadOf(ThreadNumber thread);
  Heap* HeapOf(IsolateNumber isolate, bool make);
  void Change(Row& row, const Amount& amount, double sign);
  void CheckPeaks();
  void SetHeapLevel(IsolateNumber isolate, double used);
  void Free(const LiveEntry& block);
  bool IsTemporary(const LiveEntry& block);
  void RemoveMappings(std::uint64_t start, std::uint64_t bytes, bool seen);
  void InsertMapping(std::uint64_t start, std::uint64_t end, ThreadNumber thread, std::uint32_t row);
  void CountAllocation(Row& row, std::uint64_t bytes);

  Row* rows_ = nullptr;  // [0] is never used
  std::uint32_t* buckets_ = nullptr;
  Thread* threads_ = nullptr;
  LiveTable blocks_;  // `mark`: how many allocations its thread had made; `extra`: the thread
  LiveTable samples_;  // `mark`: index of the heap, and above 8 bits how many collections had begun; `extra`: the interval
  ledger::MappingTable pieces_;  // `birth`: number of the mapping
  LiveTable mappings_;           // by that number; as blocks_
  std::uint32_t last_mapping_ = 0;
  Summary summary_{};
  double level_[kSpaceCount] = {};  // [kHeap]: last readings of all isolates
  std::uint64_t now_ = 0;           // the last time that was told
  Heap heaps_[kMaxIsolates];
  std::uint64_t rows_dropped_ = 0;
  std::uint64_t blocks_dropped_ = 0;
};

}  // namespace memspec::recording
