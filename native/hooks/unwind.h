// Walks the native stack upward from a hook. Any thread, inside an allocation: allocates nothing, takes no lock. By
// frame pointers in V8's and Node's code (their official builds keep them, and so does just-in-time code), by the
// unwind tables in code that keeps none (libc, libstdc++). What was computed from a table is cached by address.
#pragma once
#include <cstdint>

#include "hooks/object_map.h"
#include "hooks/sink.h"

namespace memspec::hooks {

struct Frame {
  std::uintptr_t return_address;  // into the function that this frame belongs to
  std::uintptr_t stack_pointer;   // as it will be after the return
  std::uintptr_t frame_pointer;   // that function's frame pointer register at the call
};

// The frame of the function that called the hook.
Frame FrameOf(const CallSite& site);

// Goes up to the caller of `frame`'s function. False at the end of what can be followed.
bool StepUp(Frame& frame, const MappedObject* object);

// Said once, before anybody walks: the engine's code keeps no frame pointers (some distributions' builds).
void EngineHasNoFramePointers();

}  // namespace memspec::hooks
