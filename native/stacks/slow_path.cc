#include "stacks/slow_path.h"

#include <cstring>

namespace memspec::stacks {

#if defined(__x86_64__)
namespace {

std::int32_t Displacement(const std::uint8_t* at) {
  std::int32_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// Bytes of an operand description: the byte itself, an index byte, a displacement.
std::uint32_t OperandBytes(const std::uint8_t* at) {
  const unsigned mode = at[0] >> 6, base = at[0] & 7;
  if (mode == 3) return 1;
  const bool indexed = base == 4;
  std::uint32_t bytes = indexed ? 2 : 1;
  if (mode == 1) return bytes + 1;
  if (mode == 2) return bytes + 4;
  const bool displaced = base == 5 || (indexed && (at[1] & 7) == 5);
  return displaced ? bytes + 4 : bytes;
}

// Length of an instruction that only moves or computes; 0 when it is anything else. At most 15 bytes are looked at.
std::uint32_t PlainLength(const std::uint8_t* at) {
  std::uint32_t n = 0;
  bool vector = false, wide = false;
  while (at[n] == 0x66 || at[n] == 0xf2 || at[n] == 0xf3) {
    ++n;
    vector = true;
  }
  if ((at[n] & 0xf0) == 0x40) wide = (at[n++] & 8) != 0;
  if (at[n] == 0xc5) return n + 3 + OperandBytes(at + n + 3);  // AVX: two-byte prefix, opcode, operand
  if (at[n] == 0xc4) return 0;
  const std::uint8_t op = at[n++];
  if (op == 0x0f) {
    const std::uint8_t second = at[n++];
    const bool move = second == 0x10 || second == 0x11 || second == 0x28 || second == 0x29 || second == 0x57 ||
                      second == 0x6e || second == 0x7e || second == 0x6f || second == 0x7f || second == 0x1f ||
                      second == 0xb6 || second == 0xb7;
    return move ? n + OperandBytes(at + n) : 0;
  }
  if (op == 0x90) return n;
  if (vector) return 0;
  if (op >= 0x50 && op <= 0x5f) return n;                    // push, pop
  if (op >= 0xb8 && op <= 0xbf) return n + (wide ? 8 : 4);   // constant
  switch (op) {
    case 0x01: case 0x03: case 0x09: case 0x0b: case 0x21: case 0x23: case 0x29: case 0x2b:
    case 0x31: case 0x33: case 0x63: case 0x89: case 0x8b: case 0x8d:
      return n + OperandBytes(at + n);
    case 0x83: case 0xc1:
      return n + OperandBytes(at + n) + 1;
    case 0x81: case 0xc7:
      return n + OperandBytes(at + n) + 4;
    default:
      return 0;
  }
}

constexpr std::uint32_t kLongestInstruction = 15;
constexpr std::uint32_t kLongestPath = 256;

constexpr int kNoRegister = -1;

// The register that `add register, 1` adds to.
int TaggedRegister(const std::uint8_t* at) {
  const bool add = (at[0] == 0x48 || at[0] == 0x49) && at[1] == 0x83 && (at[2] & 0xf8) == 0xc0 && at[3] == 1;
  return add ? (at[2] & 7) | (at[0] & 1) << 3 : kNoRegister;
}

// The register that a 64-bit store of a register or constant has for its base.
int StoreBase(const std::uint8_t* at) {
  const bool store = (at[0] & 0xf8) == 0x48 && (at[1] == 0x89 || at[1] == 0xc7);
  const unsigned mode = at[2] >> 6;
  if (!store || (mode != 1 && mode != 2)) return kNoRegister;
  const int base = (at[2] & 7) == 4 ? at[3] & 7 : at[2] & 7;
  return base | (at[0] & 1) << 3;
}

}  // namespace

std::optional<std::uint32_t> FirstStore(const std::uint8_t* code, std::uint32_t length, std::uint32_t offset) {
  int object = kNoRegister;
  for (std::uint32_t at = offset; at + kLongestInstruction <= length && at - offset < kLongestPath;) {
    if (object != kNoRegister && StoreBase(code + at) == object) return at;
    if (object == kNoRegister) object = TaggedRegister(code + at);
    const std::uint32_t step = PlainLength(code + at);
    if (step == 0) return std::nullopt;
    at += step;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> JumpTarget(const std::uint8_t* code, std::uint32_t length, std::uint32_t offset) {
  for (std::uint32_t at = offset; at + kLongestInstruction <= length && at - offset < kLongestPath;) {
    std::int64_t target;
    if (code[at] == 0xe9) {
      target = static_cast<std::int64_t>(at) + 5 + Displacement(code + at + 1);
    } else if (code[at] == 0xeb) {
      target = static_cast<std::int64_t>(at) + 2 + static_cast<std::int8_t>(code[at + 1]);
    } else {
      const std::uint32_t step = PlainLength(code + at);
      if (step == 0) return std::nullopt;
      at += step;
      continue;
    }
    if (target < 0 || target >= static_cast<std::int64_t>(length)) return std::nullopt;
    return static_cast<std::uint32_t>(target);
  }
  return std::nullopt;
}

std::uint32_t CallLength(const std::uint8_t* code, std::uint32_t length, std::uint32_t offset) {
  if (offset + 7 > length) return 0;
  const std::uint8_t* const at = code + offset;
  if (at[0] == 0xe8) return 5;
  if (at[0] != 0x41 || at[1] != 0xff) return 0;  // call [register + displacement]
  if (at[2] >> 3 == 0x0a) return 4;
  return at[2] >> 3 == 0x12 ? 7 : 0;
}

bool MayFollowCall(const std::uint8_t* code, std::uint32_t length, std::uint32_t offset) {
  if (offset < kLongestInstruction || offset > length) return true;
  const std::uint8_t* const at = code + offset;
  if (at[-5] == 0xe8) return true;
  for (const std::uint32_t bytes : {2, 3, 4, 6, 7}) {
    const std::uint8_t* const call = at - bytes;  // through a register or memory, without its prefix
    if (call[0] == 0xff && (call[1] & 0x38) == 0x10 && 1 + OperandBytes(call + 1) == bytes) return true;
  }
  return false;
}

std::uintptr_t DirectCallee(const std::uint8_t* code, std::uint32_t offset) {
  if (offset < 5 || code[offset - 5] != 0xe8) return 0;
  return reinterpret_cast<std::uintptr_t>(code) + offset + static_cast<std::uintptr_t>(Displacement(code + offset - 4));
}

#else

std::optional<std::uint32_t> JumpTarget(const std::uint8_t*, std::uint32_t, std::uint32_t) { return std::nullopt; }
std::optional<std::uint32_t> FirstStore(const std::uint8_t*, std::uint32_t, std::uint32_t) { return std::nullopt; }
std::uint32_t CallLength(const std::uint8_t*, std::uint32_t, std::uint32_t) { return 0; }
bool MayFollowCall(const std::uint8_t*, std::uint32_t, std::uint32_t) { return true; }
std::uintptr_t DirectCallee(const std::uint8_t*, std::uint32_t) { return 0; }

#endif

}  // namespace memspec::stacks
