#include "capture/opened_descriptors.h"

#include <fcntl.h>

#include <algorithm>
#include <map>

#include "capture/isolate_state.h"
#include "stacks/stacks.h"

namespace memspec::capture {

void OpenedDescriptors::Watch() {
  seen_.clear();
  seen_.reserve(kCapacity);
}

void OpenedDescriptors::Opened(const RecursionGuard& guard, IsolateState& isolate, int descriptor,
                               const hooks::CallSite& site) {
  if (seen_.size() == seen_.capacity()) return;
  const StackId stack = stacks::CaptureJavaScript(guard, isolate.isolate(), isolate.code(), site);
  if (stack != StackId::kNone) seen_.push_back({descriptor, stack});
}

std::vector<OpenedDescriptors::Place> OpenedDescriptors::StillOpen() const {
  std::map<int, StackId> last;
  for (const Seen& seen : seen_) last[seen.descriptor] = seen.stack;
  std::map<StackId, int> counts;
  for (const auto& [descriptor, stack] : last) {
    if (fcntl(descriptor, F_GETFD) != -1) ++counts[stack];
  }
  std::vector<Place> places;
  for (const auto& [stack, count] : counts) places.push_back({stack, count});
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.count > b.count; });
  return places;
}

}  // namespace memspec::capture
