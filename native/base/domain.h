// Which domain the running thread belongs to.
#pragma once
#include <sys/syscall.h>
#include <unistd.h>

#include "base/thread_state.h"

namespace memspec {

// An isolate's thread knows; of the others the main thread is told from the helpers when it is first seen.
inline DomainId DomainOf(ThreadState& thread) {
  if (thread.domain != DomainId::kHelpers || thread.domain_known) [[likely]] return thread.domain;
  thread.domain_known = true;
  if (syscall(SYS_gettid) == getpid()) thread.domain = DomainId::kMainThread;
  return thread.domain;
}

// The thread's isolate ends.
inline void LeaveDomain(ThreadState& thread) {
  thread.domain = DomainId::kHelpers;
  thread.domain_known = false;
}

}  // namespace memspec
