// Levels by time, thinned as they come so that any length of a file takes the same memory. Isolate's own thread only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace memspec::capture {

// In the order in which they reach JavaScript: doubles only.
struct TimelinePoint {
  double ms = 0;  // since the observation began
  double heap = 0, buffers = 0, native = 0;
  double rss = 0;
  double collection = 0;  // 0: none; 1: a minor one ended; 2: a major one ended
};
inline constexpr int kPointNumbers = 6;
static_assert(sizeof(TimelinePoint) == kPointNumbers * sizeof(double));

inline double Total(const TimelinePoint& point) { return point.heap + point.buffers + point.native; }

class Timeline {
 public:
  static constexpr std::size_t kShown = 200;
  static constexpr std::size_t kHeld = 2 * kShown;

  void Add(const TimelinePoint& point);
  // At most kShown points; the first, the last, the highest and the lowest of all that were added are among them.
  std::vector<TimelinePoint> Points() const;

 private:
  std::vector<TimelinePoint> points_;
};

}  // namespace memspec::capture
