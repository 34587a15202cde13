// Proof that the tracker is not re-entered: whatever touches shared state takes a `const RecursionGuard&`.
// While one lives on a thread, that thread's hooks pass straight through to the allocator.
#pragma once
#include "base/thread_state.h"

namespace memspec {

class RecursionGuard {
 public:
  RecursionGuard() : outermost_(!t_thread.inside_tracker) { t_thread.inside_tracker = true; }
  ~RecursionGuard() {
    if (outermost_) t_thread.inside_tracker = false;
  }
  RecursionGuard(const RecursionGuard&) = delete;
  RecursionGuard& operator=(const RecursionGuard&) = delete;

  static bool Active() { return t_thread.inside_tracker; }

 private:
  const bool outermost_;
};

}  // namespace memspec
