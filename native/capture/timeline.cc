#include "capture/timeline.h"

namespace memspec::capture {

namespace {

// Of every four points but the first and the last, the highest and the lowest stay, in their order.
std::vector<TimelinePoint> Thinned(const std::vector<TimelinePoint>& points) {
  if (points.size() < 4) return points;
  std::vector<TimelinePoint> kept;
  kept.push_back(points.front());
  for (std::size_t from = 1; from < points.size() - 1; from += 4) {
    const std::size_t end = from + 4 < points.size() - 1 ? from + 4 : points.size() - 1;
    std::size_t highest = from;
    std::size_t lowest = from;
    for (std::size_t i = from + 1; i < end; ++i) {
      if (Total(points[i]) > Total(points[highest])) highest = i;
      if (Total(points[i]) < Total(points[lowest])) lowest = i;
    }
    kept.push_back(points[highest < lowest ? highest : lowest]);
    if (highest != lowest) kept.push_back(points[highest < lowest ? lowest : highest]);
  }
  kept.push_back(points.back());
  return kept;
}

}  // namespace

void Timeline::Add(const TimelinePoint& point) {
  if (points_.size() >= kHeld) points_ = Thinned(points_);
  points_.push_back(point);
}

std::vector<TimelinePoint> Timeline::Points() const {
  std::vector<TimelinePoint> points = points_;
  while (points.size() > kShown) points = Thinned(points);
  return points;
}

}  // namespace memspec::capture
