// Where a slow path of machine code goes back to. Compilers move slow paths (an allocation whose fast path had no room)
// behind the function's code, where the position table says nothing of its own about them: what is in force there
// belongs to something else. A slow path ends in a jump back to the operation that it belongs to.
// Pure functions over code bytes; hot path.
#pragma once
#include <cstdint>
#include <optional>

namespace memspec::stacks {

// Follows straight-line code from `offset` (a return address) to an unconditional jump and returns the offset it jumps to.
// Nothing when there is any other control flow before it, an instruction that is not known here, or a target outside the code.
std::optional<std::uint32_t> JumpTarget(const std::uint8_t* code, std::uint32_t length, std::uint32_t offset);

// Where a new object is first written to: the first store into it after its pointer was tagged (by adding 1), from `offset`
// on, with nothing but plain instructions between.
std::optional<std::uint32_t> FirstStore(const std::uint8_t* code, std::uint32_t length, std::uint32_t offset);

// Length of a call instruction; 0 when it is none.
std::uint32_t CallLength(const std::uint8_t* code, std::uint32_t length, std::uint32_t offset);

// False when what ends at `offset` is surely no call.
bool MayFollowCall(const std::uint8_t* code, std::uint32_t length, std::uint32_t offset);

// The address that the call before this return address goes to, when it is a direct one; 0 otherwise.
std::uintptr_t DirectCallee(const std::uint8_t* code, std::uint32_t offset);

}  // namespace memspec::stacks
