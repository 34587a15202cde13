// A small allocator hook for these tests alone: the slots of malloc and its kin in the node binary and the objects it loaded.
// The product's hooks have tests of their own.
#pragma once
#include "hooks/sink.h"

namespace probe {

// `inside`: the tracker itself runs on this thread.
using Observer = void (*)(const memspec::RecursionGuard&, const memspec::hooks::CallSite&, unsigned long bytes, bool inside);

// Every allocation of every thread goes to the observer; those of the tracker itself only from operator new. Once per process.
void HookMalloc(Observer observer);

}  // namespace probe
