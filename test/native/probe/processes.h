// Children by fork and vfork, and libraries that are opened later.
#pragma once
#include "patterns.h"

namespace probe {

// Forks `count` children one after another, while `threads` other threads allocate all the time. Each child allocates
// and frees through every function, starts a thread of its own, and leaves. ok: all left with success.
Truth ForkWhileAllocating(int count, int threads);
// vfork and exec of /bin/true. ok: it left with success.
Truth VforkAndExec();

// Opens a library that allocates `count` blocks of `bytes` by malloc and takes them back, and 100 bytes by operator new
// when it is loaded. `name` has a slash, or is
// found through the probe's own RUNPATH. It is closed again.
Truth AllocateInLibrary(const char* name, std::size_t bytes, std::size_t count);

}  // namespace probe
