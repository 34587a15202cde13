// Full collections without any flag. Isolate's own thread, not inside a hook or a collection.
#pragma once
#include <v8.h>

#include "base/recursion_guard.h"

namespace memspec::heap {

// One full collection, or two: a clean start. Not LowMemoryNotification(), whose up to seven collections in a row make all
// code look old: V8 drops the bytecode of what it has not run since, and the measured function would compile again.
void Collect(const RecursionGuard&, v8::Isolate* isolate);

// Also frees what only a last-resort collection frees (V8's compilation cache holds dropped eval and vm.Script code), and
// sweeps array buffers to the end, so that `buffers` has settled too. WeakRefs that were read in the running job stay
// alive: hop a macrotask first.
void CollectSettled(const RecursionGuard&, v8::Isolate* isolate);

}  // namespace memspec::heap
