// Waits for V8's background work (concurrent compilation, sweeping), which would otherwise end inside a measurement and
// leave its own objects on the measured heap. Isolate's own thread only, never in a hook.
#pragma once
#include <v8-platform.h>

#include "base/recursion_guard.h"

namespace memspec::heap {

// Occupies every worker thread of the platform for a moment: then all earlier tasks have ended. Gives up after 100 ms
// (false): a long task goes on, and what it leaves is counted. The worker threads serve all isolates of the process.
//
// What was compiled is installed when JavaScript next enters a function, so let some run before counting begins.
bool WaitForBackgroundTasks(const RecursionGuard&, v8::Platform& platform);

}  // namespace memspec::heap
