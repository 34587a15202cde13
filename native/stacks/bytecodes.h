// The little that must be known of V8's bytecode: where each one begins, and which ones close a loop.
// V8's table of bytecode sizes is found in the running program's symbol table (once); without it nothing is known.
// Any thread; reads a file the first time, so never on the hot path.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace memspec::stacks {

// Offsets of the bytecodes, prefixes included in what they modify. Empty when the sizes are not known or do not end where
// the bytecodes end.
std::vector<std::uint32_t> BytecodeStarts(const std::vector<std::uint8_t>& bytecodes);

// Offsets of the bytecodes that jump back to the start of a loop; nothing when that cannot be known.
std::optional<std::vector<std::uint32_t>> LoopEnds(const std::vector<std::uint8_t>& bytecodes);

}  // namespace memspec::stacks
