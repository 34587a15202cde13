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

// memspec asks V8 to collect, to walk its heap, to make objects: what is allocated meanwhile is in no figure, but what is
// freed may be the program's, so the hooks are let through to the sink, which forgets allocations and sees frees.
class OwnWork {
 public:
  explicit OwnWork(const RecursionGuard&) : inside_(t_thread.inside_tracker), own_(t_thread.own_work) {
    t_thread.inside_tracker = false;
    t_thread.own_work = true;
  }
  ~OwnWork() {
    t_thread.inside_tracker = inside_;
    t_thread.own_work = own_;
  }
  OwnWork(const OwnWork&) = delete;
  OwnWork& operator=(const OwnWork&) = delete;

 private:
  const bool inside_;
  const bool own_;
};

}  // namespace memspec
