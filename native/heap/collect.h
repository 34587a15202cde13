// Full collections without any flag. Isolate's own thread, not inside a hook or a collection.
#pragma once
#include <v8.h>

#include "base/recursion_guard.h"
#include "heap/marking.h"

namespace memspec::heap {

// One full collection: a clean start. V8's sampling profiler offers it (kSamplingForceGC) to a caller who has no flag.
// Neither LowMemoryNotification(), whose up to seven collections in a row make all code look old, so that V8 drops its
// bytecode and the measured function compiles again; nor, unless the sampler is running, MemoryPressureNotification(), which
// throws away the compiler's queue, so that it fills again inside the measurement. (Tried on Node 20: 100 empty functions of
// 100 measured 0 B this way, 98 the other two.)
// A second one where the first ends a marking that was under way.
void Collect(const RecursionGuard&, v8::Isolate* isolate, const Marking& marking);

// Collects up to seven times, and also frees what only a last-resort collection frees: V8's compilation cache holds dropped
// eval and vm.Script code. QueryObjects is the cheapest public call that does. For the end of a measurement, not its start.
void CollectLastResort(const RecursionGuard&, v8::Isolate* isolate);

// Neither waits for the sweeping of array buffers, which a background thread ends (quiesce.h), and WeakRefs that were read
// in the running job stay alive: hop a macrotask first.

}  // namespace memspec::heap
