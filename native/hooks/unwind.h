// Walks the native stack upward from a hook. Any thread, inside an allocation: allocates nothing, takes no lock. By
// frame pointers in V8's and Node's code (their official builds keep them, and so does just-in-time code), by the
// unwind tables in code that keeps none (libc, libstdc++, addons). What was computed from a table is cached by address.
#pragma once
#include <cstdint>

#include "hooks/originals.h"
#include "hooks/sink.h"
#include "hooks/unwind_table.h"

namespace memspec::hooks {

struct Frame {
  std::uintptr_t return_address;  // into the function that this frame belongs to
  std::uintptr_t stack_pointer;   // as it will be after the return
  std::uintptr_t frame_pointer;   // that function's frame pointer register at the call
};

// The frame of the function that called the hook.
Frame FrameOf(const CallSite& site);

// How to leave the function that a return address leads into, and whose code it is.
UnwindRule RuleAt(std::uintptr_t return_address);

// Where a step read the registers of the frame that it came to; 0: it left the register as it was.
struct WordsRead {
  std::uintptr_t return_at = 0, frame_pointer_at = 0;
};

// Goes up to the caller of `frame`'s function, by its rule, and reads nothing outside of `stack`. False at the end of what can be
// followed: then `frame` is as it was.
bool Follow(Frame& frame, UnwindRule rule, const AddressRange& stack, WordsRead* read = nullptr);

// Both, for a walk of a few frames on a stack whose bounds nobody has looked up.
bool StepUp(Frame& frame);

// Said once, before anybody walks: the engine's code keeps no frame pointers (some distributions' builds).
void EngineHasNoFramePointers();

// Where V8's own machine code for JavaScript (its embedded builtins) lies in the engine's object.
void SetBuiltins(const AddressRange& code);

}  // namespace memspec::hooks
