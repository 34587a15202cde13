// A small allocator hook for these tests alone: the slots of malloc and its kin in the node binary and the objects it loaded.
// The product's hooks have tests of their own.
#pragma once
#include "hooks/sink.h"

namespace probe {

using Observer = void (*)(const memspec::RecursionGuard&, const memspec::hooks::CallSite&, unsigned long bytes);

// Every allocation of every thread goes to the observer, unless the thread is inside the tracker. Once per process.
void HookMalloc(Observer observer);

}  // namespace probe
