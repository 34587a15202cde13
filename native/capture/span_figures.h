// Figures of one span of an observation, and of several taken together. Plain values; any thread.
#pragma once
#include <cstdint>

namespace memspec::capture {

// Spaces that are observed: heap, buffers, native.
inline constexpr int kObservedSpaces = 3;

// In the order in which they reach JavaScript (core/src/capture/observe-binding.ts): doubles only.
struct SpanFigures {
  double duration_ns = 0;
  double allocated[kObservedSpaces] = {};
  double peak[kObservedSpaces] = {};  // above the level at the span's start
  double net[kObservedSpaces] = {};
  double total_peak = 0;
  double total_peak_error = 0;  // the true peak lies in [total_peak - total_peak_error, total_peak]
  double collections = 0, major_collections = 0, collection_ns = 0;
};
inline constexpr int kSpanNumbers = 15;
static_assert(sizeof(SpanFigures) == kSpanNumbers * sizeof(double));

// Spans that are told as one. Of those that follow each other without a gap the peak is above the first one's start;
// of others it is the highest of any.
class SpanSum {
 public:
  explicit SpanSum(bool gapless) : gapless_(gapless) {}

  void Add(const SpanFigures& span);
  SpanFigures Figures() const;
  bool empty() const { return empty_; }

 private:
  const bool gapless_;
  bool empty_ = true;
  SpanFigures sum_;
  double total_net_ = 0;
  double total_upper_ = 0, total_lower_ = 0;
};

}  // namespace memspec::capture
