// Where each bytecode of a function begins. V8's table of bytecode sizes is found in the running program's symbol table
// (once); without it nothing is known. Any thread; reads a file the first time, so never on the hot path.
#pragma once
#include <cstdint>
#include <vector>

namespace memspec::stacks {

// Offsets of the bytecodes, prefixes included in what they modify. Empty when the sizes are not known or do not end where
// the bytecodes end.
std::vector<std::uint32_t> BytecodeStarts(const std::vector<std::uint8_t>& bytecodes);

}  // namespace memspec::stacks
