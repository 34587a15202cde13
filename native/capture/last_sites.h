// What allocated most in the running span, in a file that outlives the worker, for the main process to tell when it died.
// Isolate's own thread, where V8 may be asked anything but to run JavaScript. The file is JSON, written aside and moved into place.
//
//   { "frames": [raw frame], "stacks": [[index of a frame]], "sites": [[space, index of a stack, bytes, count, alive bytes or null]],
//     "maps": { script id: sourceMappingURL } }
//
// Capacity: kSites sites, kMapBytes of source map URLs in all (a map may lie in its URL).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/recursion_guard.h"
#include "base/space.h"
#include "capture/isolate_state.h"
#include "stacks/stacks.h"

namespace memspec::capture {

struct LastSite {
  Space space;
  StackId stack;                      // kNone: the frames are there already
  std::vector<stacks::Frame> frames;  // innermost first
  double bytes, count;
  std::optional<double> alive_bytes;  // unknown on the heap
};

inline constexpr std::size_t kLastSites = 20;
inline constexpr std::size_t kMapBytes = std::size_t{16} << 20;

// Of all sites those with the most bytes alive, or allocated where that is not known. What cannot be written is not told.
void WriteLastSites(const RecursionGuard&, IsolateState& isolate, const std::string& path, std::vector<LastSite> sites);

}  // namespace memspec::capture
