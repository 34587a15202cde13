// Stacks that a recording's events named by number become definitions: V8 is asked on the isolate's own thread alone, and never
// inside a hook; native frames can be named by anybody.
#pragma once
#include <atomic>
#include <cstdint>

#include "base/recursion_guard.h"
#include "recording/event.h"
#include "stacks/stacks.h"

namespace memspec::capture {

class IsolateState;

class StackNames {
 public:
  // kNone: what any thread can name.
  explicit StackNames(recording::IsolateNumber isolate) : isolate_(isolate) {}
  StackNames(const StackNames&) = delete;
  StackNames& operator=(const StackNames&) = delete;

  // Names what is new. `state`: of the isolate, on its own thread, or null for kNone.
  void Name(const RecursionGuard&, IsolateState* state);
  // Whether there is something new. Any thread.
  bool Waiting() const;

 private:
  const recording::IsolateNumber isolate_;
  mutable std::atomic<std::uint32_t> next_{0};  // index among the fresh stacks; relaxed: a hint to the keeper
};

// What naming remembers of frames belongs to one recording.
void ForgetNamedFrames(const RecursionGuard&);

}  // namespace memspec::capture
