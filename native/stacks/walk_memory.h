// The last hybrid stack of an isolate's thread, so that the next one need not be found anew as far as it is the same: nearly
// always only a few inner frames differ. Isolate's own thread only; hot path.
//
// When it is the same. A frame is what it was when its return address, stack pointer and frame pointer are what they were: then the same rule
// leads to the same words in memory. If those words have the values that they had, its caller is what it was, too; and so on to
// the outermost. Frames of the interpreter also say in two slots where they are. V8's walk comes through the same frames, so it gives the same from there on.
#pragma once
#include <cstdint>

#include "base/ids.h"
#include "stacks/stack_table.h"
#include "stacks/stacks.h"

namespace memspec::stacks {

struct WalkStep {
  std::uintptr_t return_address, stack_pointer, frame_pointer;
  std::uintptr_t return_at, frame_pointer_at;  // where the two were read; 0: they were not
  std::uintptr_t slots[2];                     // of a frame of V8's, below its frame pointer
  bool has_slots;    // they say, or may say, what V8 gives
  bool interpreted;  // V8 gave what they say
  std::uint16_t keys_before, javascript_before;
};

struct WalkMemory {
  static constexpr std::size_t kMaxSteps = 192;

  StackId id = StackId::kNone;  // kNone: nothing is remembered
  bool only_javascript = false;  // and the innermost native frame
  std::uint32_t object_generation = 0, code_epoch = 0;
  std::size_t steps = 0, keys = 0, javascript = 0;
  WalkStep step[kMaxSteps];
  FrameKey key[kMaxFrames];
  void* javascript_address[kMaxFrames];  // as V8 gave them
};

// Where the interpreter's frame has its bytecode and its place in it, below its frame pointer.
inline constexpr std::uintptr_t kBytecodeArraySlot = 32, kBytecodeOffsetSlot = 40;

inline std::uintptr_t WordAt(std::uintptr_t address) { return *reinterpret_cast<const std::uintptr_t*>(address); }

inline bool SlotsAreSame(const WalkStep& step) {
  return !step.has_slots || (WordAt(step.frame_pointer - kBytecodeArraySlot) == step.slots[0] &&
                             WordAt(step.frame_pointer - kBytecodeOffsetSlot) == step.slots[1]);
}

// Whether the stack from the step on outward is what it was, given that the step's registers are.
inline bool SameFrom(const WalkMemory& memory, std::size_t from) {
  if (!SlotsAreSame(memory.step[from])) return false;
  for (std::size_t i = from + 1; i < memory.steps; ++i) {
    const WalkStep& step = memory.step[i];
    if (WordAt(step.return_at) != step.return_address) return false;
    if (step.frame_pointer_at != 0 && WordAt(step.frame_pointer_at) != step.frame_pointer) return false;
    if (!SlotsAreSame(step)) return false;
  }
  return true;
}

}  // namespace memspec::stacks
