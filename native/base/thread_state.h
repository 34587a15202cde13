// What memspec knows of the running thread. One trivially destructible struct of initial-exec TLS:
// `__tls_get_addr` allocates through malloc on first use and would re-enter the hook (see ARCHITECTURE.md).
// Capacity: must stay small, glibc's surplus of static TLS is about 1.6 kB. Written by its own thread only.
#pragma once
#include <cstdint>

#include "base/ids.h"

namespace memspec {

namespace capture {
class IsolateState;
}

struct ThreadState {
  bool inside_tracker = false;       // memspec is running: hooks pass straight through
  bool own_work = false;             // memspec works through V8 or libc: nobody's allocations, but anybody's frees
  bool inside_operator_new = false;  // its hook counts: hooks below it pass straight through
  capture::IsolateState* isolate = nullptr;  // the isolate whose JavaScript runs on this thread, if any
  DomainId domain = DomainId::kHelpers;
  bool domain_known = false;  // false: nobody has looked yet whether it is the main thread (base/domain.h)
  std::int64_t bytes_until_sample = 0;
  std::uint64_t random_state = 0;
  std::uint32_t sampling_epoch = 0;  // the recorder's epoch for which bytes_until_sample was drawn
  std::uint32_t recording_epoch = 0;  // the recording in which the thread has a number, and that number
  std::uint32_t recording_thread = 0;
};
static_assert(sizeof(ThreadState) <= 64);

extern thread_local constinit ThreadState t_thread __attribute__((tls_model("initial-exec")));

}  // namespace memspec
