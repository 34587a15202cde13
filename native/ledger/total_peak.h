// The high-water mark of heap + buffers + native in one segment of a scope (the time between two openings or closings
// of windows), as a lower and an upper bound. Not thread-safe: the scope's lock guards it.
//
// Off-heap memory O(t) is known at every moment; V8's used size H(t) only at readings. Readings are taken at both ends
// of every collection, and V8's used size falls nowhere else, so between two readings h1 at t1 and h2 at t2 it moves
// one way: min(h1, h2) <= H(t) <= max(h1, h2). With Omax the highest O in [t1, t2]:
//
//   upper: max(h1, h2) + Omax
//   lower: the greatest of h1 + O(t1), h2 + O(t2), min(h1, h2) + Omax
//
// The three lower candidates are values the sum did reach or exceed; the true peak of the interval lies between, and that
// of a window between the maxima of both over its intervals. A heap that does not move has upper == lower: exact.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

namespace memspec::ledger {

class TotalPeak {
 public:
  // Position in the sample log at which the highest upper bound stood.
  struct Bounds {
    std::int64_t upper, lower;
    std::uint64_t position;
  };

  void Start(std::int64_t heap, std::uint64_t position) {
    heap_ = lowest_ = heap;
    falls_ = 0;
    growth_ = 0;
    off_ = 0;
    StartInterval(position);
    StartSegment(position);
  }

  // `position`: of the log, this event's own entry included.
  void Raise(std::int64_t bytes, std::uint64_t position) {
    off_ += bytes;
    if (off_ > off_max_) {
      off_max_ = off_;
      off_max_position_ = position;
      CheckRange();
    }
  }
  void Lower(std::int64_t bytes) {
    off_ -= bytes;
    if (off_ < off_min_) {
      off_min_ = off_;
      CheckRange();
    }
  }

  // V8's used size is `heap` now. Ends the interval that the last reading began.
  void Read(std::int64_t heap, std::uint64_t position) {
    const std::int64_t upper = std::max(heap_, heap) + off_max_;
    const std::int64_t now = heap + off_;
    bounds_.lower = std::max({bounds_.lower, now, std::min(heap_, heap) + off_max_});
    if (upper > bounds_.upper) {
      bounds_.upper = upper;
      bounds_.position = now == upper ? position : off_max_position_;
    }
    if (heap < heap_) NoteFall(heap);
    heap_ = heap;
    heap_peak_ = std::max(heap_peak_, heap);
    StartInterval(position);
  }

  // Only right after Read(): a segment begins and ends at a reading.
  void StartSegment(std::uint64_t position) {
    bounds_ = {heap_ + off_, heap_ + off_, position};
    heap_peak_ = heap_;
  }

  // The log was reset right after a reading and the start of a segment: positions count from 0 again.
  void ForgetPositions() { bounds_.position = off_max_position_ = 0; }

  // In the middle of an interval: what was highest so far is kept by who asks, and from here on it is looked for anew. The
  // interval's heap is known at its end only, so the caller keeps its highest off-heap level.
  std::int64_t off_max() const { return off_max_; }
  std::uint64_t off_max_position() const { return off_max_position_; }
  void BeginAnew(std::uint64_t position) {
    bounds_ = {kNoLevel, kNoLevel, position};
    off_max_ = off_;
    off_max_position_ = position;
    wants_reading_.store(true, std::memory_order_relaxed);
  }
  // Below every level, and far enough from the end of its type to add to.
  static constexpr std::int64_t kNoLevel = std::numeric_limits<std::int64_t>::min() / 4;

  const Bounds& bounds() const { return bounds_; }
  std::int64_t heap() const { return heap_; }
  std::int64_t heap_peak() const { return heap_peak_; }
  std::int64_t now() const { return heap_ + off_; }

  // A reading is wanted when off-heap memory moved by more than this between readings, and the sum may have been the highest:
  // far below the peak it does not matter when the heap grew. Given at readings only.
  void SetReadingThreshold(std::int64_t bytes) { reading_threshold_ = bytes; }
  // Any thread, without the lock. relaxed: a hint; a reading more or less changes how tight the bounds are, not
  // whether they hold.
  bool wants_reading() const { return wants_reading_.load(std::memory_order_relaxed); }

 private:
  void StartInterval(std::uint64_t position) {
    off_max_ = off_min_ = off_;
    off_max_position_ = position;
    if (wants_reading()) wants_reading_.store(false, std::memory_order_relaxed);
  }
  void CheckRange() {
    if (off_max_ - off_min_ > reading_threshold_ && MayBeHighest() && !wants_reading()) {
      wants_reading_.store(true, std::memory_order_relaxed);
    }
  }
  // The heap may grow until the next collection reads it, as far as it did between others: V8 may have doubled the room for
  // young objects meanwhile. Where it grows farther, the bounds hold, and are wider.
  bool MayBeHighest() const {
    if (falls_ < kFallsToTrust) return true;
    return heap_ + off_max_ + 2 * growth_ >= bounds_.upper;
  }
  // A collection, nearly always.
  void NoteFall(std::int64_t heap) {
    growth_ = std::max(growth_, heap_ - lowest_);
    lowest_ = heap;
    if (falls_ < kFallsToTrust) ++falls_;
  }

  static constexpr int kFallsToTrust = 2;  // the first time between two collections may have begun long before

  std::int64_t off_ = 0, off_max_ = 0, off_min_ = 0;  // since activation; max and min since the last reading
  std::uint64_t off_max_position_ = 0;
  std::int64_t reading_threshold_ = 0;
  std::int64_t heap_ = 0;       // last reading
  std::int64_t heap_peak_ = 0;  // highest reading in the segment
  std::int64_t lowest_ = 0;     // reading after the last fall
  std::int64_t growth_ = 0;     // most that the heap grew between two falls
  int falls_ = 0;
  Bounds bounds_{0, 0, 0};
  std::atomic<bool> wants_reading_{false};
};

}  // namespace memspec::ledger
