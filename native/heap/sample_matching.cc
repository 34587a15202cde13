#include "heap/sample_matching.h"

namespace memspec::heap {
namespace {

// So many samples in a row must agree before a shift is believed.
constexpr std::size_t kConfirming = 8;
constexpr std::uint64_t kLongestShift = 4096;
// Comparisons that may be spent on looking for shifts: with no end to it, a run that does not fit at all would be quadratic.
constexpr std::uint64_t kMaxSearch = 1u << 22;

}  // namespace

std::vector<std::uint64_t> MatchSamples(const std::vector<std::uint64_t>& ids, std::uint64_t stacks,
                                        const std::function<bool(std::size_t, std::uint64_t)>& agrees) {
  std::vector<std::uint64_t> matches(ids.size(), kNoStack);
  if (ids.empty() || stacks == 0) return matches;
  // More samples than stacks: so many have none.
  const std::uint64_t missing = ids.back() > stacks ? ids.back() - stacks : 0;
  std::uint64_t shift = 0;
  std::uint64_t searched = 0;
  const auto fits = [&](std::size_t i, std::uint64_t by) {
    return ids[i] > by && ids[i] - 1 - by < stacks && agrees(i, ids[i] - 1 - by);
  };
  const auto all_fit = [&](std::size_t first, std::uint64_t by) {
    for (std::size_t i = first; i < ids.size() && i < first + kConfirming; ++i) {
      ++searched;
      if (!fits(i, by)) return false;
    }
    return true;
  };
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (fits(i, shift)) {
      matches[i] = ids[i] - 1 - shift;
      continue;
    }
    // Alone in disagreeing (V8 cannot name a function in the middle of a deoptimisation), or the first after a gap?
    if (shift >= missing || (i + 1 < ids.size() && all_fit(i + 1, shift))) continue;
    const std::uint64_t last = shift + kLongestShift < missing ? shift + kLongestShift : missing;
    std::size_t next = i;
    for (std::uint64_t by = shift + 1; by <= last && searched < kMaxSearch; ++by) {
      // The samples in the gap have no stack: what must agree is what follows them.
      while (next < ids.size() && ids[next] < ids[i] + (by - shift)) ++next;
      if (next == ids.size()) break;
      if (!all_fit(next, by)) continue;
      shift = by;
      i = next - 1;
      break;
    }
  }
  return matches;
}

}  // namespace memspec::heap
