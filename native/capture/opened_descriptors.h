// Where the program opened the descriptors that are still open: those of one thread, from Watch() on. Isolate's own thread only.
#pragma once
#include <cstddef>
#include <vector>

#include "base/ids.h"
#include "base/recursion_guard.h"
#include "hooks/sink.h"

namespace memspec::capture {

class IsolateState;

class OpenedDescriptors {
 public:
  struct Place {
    StackId stack;
    int count;  // of descriptors that were opened there and are open
  };

  // Makes room: what is told later allocates nothing.
  void Watch();
  // From the hook. Beyond kCapacity nothing is noted: places that open many have been noted by then.
  void Opened(const RecursionGuard&, IsolateState&, int descriptor, const hooks::CallSite&);
  // Most descriptors first. A descriptor that was closed and opened again, unseen, counts where it was seen last.
  std::vector<Place> StillOpen() const;

 private:
  static constexpr std::size_t kCapacity = 4096;
  struct Seen {
    int descriptor;
    StackId stack;
  };
  std::vector<Seen> seen_;
};

}  // namespace memspec::capture
