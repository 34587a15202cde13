// What V8 keeps beside a piece of machine code and does not tell through code events: which function an inlined position
// belongs to, and which bytecode a place in baseline code was made from.
//
// This reads V8's heap objects by layouts known for V8 11.3, 12.4, 13.6 and 14, without pointer compression. Nothing is believed
// unseen: memory is read through the kernel, which refuses a bad address instead of crashing; a position table must equal the one
// that V8 reported by events, or lie within the function's own; an inlined function must have the type of the
// function that V8 handed us. What does not check is not used: the frame then has its function's line only.
// Only inside the handler of CODE_ADDED, on the isolate's own thread: nothing moves there.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "stacks/line_table.h"

namespace memspec::stacks {

// Copies memory of this process; false where there is none. A system call.
bool ReadSafely(std::uintptr_t address, void* out, std::size_t bytes);

using TaggedPointer = std::uintptr_t;

// An inlined call: `function` was inlined where `call_position` stands in function `parent`.
struct InlinedPlace {
  TaggedPointer function;  // of the type of the function that was given
  std::uint32_t call_position;
  std::int32_t parent;  // index of an inlined place; -1: the function that owns the code
};

struct OptimizedPositions {
  LineTable positions;           // code offset -> position in its function's script
  LineTable inlining;            // code offset -> 1 + index in `places`; 0: the function that owns the code
  LineTable own;                 // the entries of `positions` that are not inlined
  std::vector<InlinedPlace> places;
  LineTable calls;               // return address -> 1 + bytecode offset of the call in its function (0: function entry)
  LineTable exits;               // where a call returns to once the code is abandoned -> the return address that it had, or itself
};

// `function`: the shared function of the code, of which inlined ones must have the type.
std::optional<OptimizedPositions> ReadOptimized(std::uintptr_t code_start, std::uint32_t code_length, TaggedPointer function);

// Baseline code's raw map to the bytecode it was made from: the length of each bytecode's machine code.
std::optional<std::vector<std::uint8_t>> ReadBaseline(std::uintptr_t code_start, std::uint32_t code_length,
                                                      std::uintptr_t bytecode_start);
// A copy of a function's bytecodes; empty when they cannot be read.
std::vector<std::uint8_t> ReadBytecodes(std::uintptr_t start, std::uint32_t length);
// Code offset -> bytecode offset; empty when the two do not fit each other. Any time.
LineTable DecodeBaseline(const std::vector<std::uint8_t>& offsets, const std::vector<std::uint8_t>& bytecodes,
                         std::uint32_t code_length);

}  // namespace memspec::stacks
