#include "capture/span_figures.h"

#include <algorithm>

namespace memspec::capture {

void SpanSum::Add(const SpanFigures& span) {
  empty_ = false;
  sum_.duration_ns += span.duration_ns;
  sum_.collections += span.collections;
  sum_.major_collections += span.major_collections;
  sum_.collection_ns += span.collection_ns;
  const double start = gapless_ ? total_net_ : 0;
  total_upper_ = std::max(total_upper_, start + span.total_peak);
  total_lower_ = std::max(total_lower_, start + span.total_peak - span.total_peak_error);
  for (int space = 0; space < kObservedSpaces; ++space) {
    sum_.allocated[space] += span.allocated[space];
    sum_.peak[space] = std::max(sum_.peak[space], (gapless_ ? sum_.net[space] : 0) + span.peak[space]);
    sum_.net[space] += span.net[space];
    total_net_ += span.net[space];
  }
}

SpanFigures SpanSum::Figures() const {
  SpanFigures figures = sum_;
  figures.total_peak = total_upper_;
  figures.total_peak_error = total_upper_ - total_lower_;
  return figures;
}

}  // namespace memspec::capture
