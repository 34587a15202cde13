// Brings V8's background work to an end (concurrent compilation, sweeping), which would otherwise end inside a
// measurement and leave its own objects on the measured heap. Isolate's own thread only, never in a hook.
#pragma once
#include <v8-platform.h>
#include <v8.h>

#include "base/recursion_guard.h"

namespace memspec::heap {

class Quiescence {
 public:
  explicit Quiescence(v8::Isolate* isolate);
  Quiescence(const Quiescence&) = delete;
  Quiescence& operator=(const Quiescence&) = delete;

  // Waits for the platform's worker threads, then lets V8 install what they compiled. After a second it gives up (false): a
  // long task goes on, or the threads are not scheduled, and what the last collection found dead may not be freed yet. The
  // worker threads serve all isolates of the process. Who needs the dead gone: IsolateState::LetBackgroundWorkEnd.
  bool Reach(const RecursionGuard&);

 private:
  void InstallCompiledCode();

  v8::Isolate* const isolate_;
  v8::Platform* const platform_;  // null outside of a Node environment
  v8::Global<v8::Function> empty_;
};

}  // namespace memspec::heap
