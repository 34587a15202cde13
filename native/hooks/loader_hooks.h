// dlopen and its kin: after them there may be new objects to patch.
#pragma once
#include <atomic>

namespace memspec::hooks {

// Set while an object may have been loaded behind a call that did not come back through us. Hooks look at it.
extern constinit std::atomic<int> g_retries_left;

// Whether an object may just be coming that no pass has seen yet.
bool ExpectingObjects();

enum class Wait : bool { kNever, kForOthers };

// Patches what was loaded meanwhile. Any thread. Wait::kNever: gives up where another thread is patching just now.
void PatchNewObjects(Wait wait);

// An object may appear without coming back through us: look for it at the next calls.
void ExpectNewObjects();

// Called by hooks while g_retries_left is not 0: tries again, at growing distances, and then gives up until the next
// call of the loader (the open failed, or gave an object that was there already).
void RetryPatching();

}  // namespace memspec::hooks
