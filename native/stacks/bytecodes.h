// The little that must be known of V8's bytecode: where each one begins, what it is called, where it leads.
// V8's table of bytecode sizes and its function that names them are found in the running program's symbol table (once);
// without them nothing is known. Any thread; reads a file the first time, so never on the hot path.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace memspec::stacks {

// Offsets of the bytecodes, prefixes included in what they modify. Empty when the sizes are not known or do not end where
// the bytecodes end.
std::vector<std::uint32_t> BytecodeStarts(const std::vector<std::uint8_t>& bytecodes);

// Offsets of the bytecodes that jump back to the start of a loop; nothing when that cannot be known.
std::optional<std::vector<std::uint32_t>> LoopEnds(const std::vector<std::uint8_t>& bytecodes);

// The first so many bytecodes are prefixes, in all of V8 11 to 14: wide, extra wide, and the debugger's forms of both.
inline constexpr std::uint8_t kBytecodePrefixes = 4;

// The number of the bytecode that a handler is for ("CreateClosureWideHandler").
std::optional<std::uint8_t> BytecodeOfHandler(std::string_view handler);

// The interpreter writes down where it is only when it calls out, and some of its handlers allocate without. So after an
// allocation by `handler` ("CreateClosureHandler") the bytecode may be one that comes after the one written down. `always`: at this
// place of the handler, bytecode `always` was written down each time; if that is the handler's own kind, it writes down first.
// Returns the offsets of all bytecodes that it can be; nothing when that cannot be known.
std::optional<std::vector<std::uint32_t>> AllocatingBytecodes(const std::vector<std::uint8_t>& bytecodes,
                                                              std::uint32_t written_down, std::string_view handler,
                                                              std::optional<std::uint8_t> always);

}  // namespace memspec::stacks
