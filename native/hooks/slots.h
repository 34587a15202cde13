// The slots of all loaded objects: patched to lead to our hooks, restored to what they held. All functions need the
// caller to hold the install mutex (install.cc). Capacity: kMaxSlots; past it slots stay as they are and are counted.
#pragma once
#include <cstddef>
#include <cstdint>

namespace memspec::hooks {

inline constexpr std::size_t kMaxSlots = 1 << 18;  // an object has about ten; the memory is touched as it is used

struct PatchSummary {
  std::uint32_t slots = 0;    // that lead to a hook now
  std::uint32_t objects = 0;  // seen, whether patched or not
  std::uint32_t dropped = 0;  // for want of capacity
  bool complete = true;       // false: another thread is just loading an object; it must be tried again
};

// Patches every slot that is not patched yet. Cheap when nothing was loaded or unloaded since the last time.
PatchSummary PatchSlots();

// Restores every slot that still holds our hook, in objects that are still loaded.
void RestoreSlots();

}  // namespace memspec::hooks
