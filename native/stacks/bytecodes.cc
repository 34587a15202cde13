#include "stacks/bytecodes.h"

#include <cstring>

#include "stacks/native_symbols.h"

namespace memspec::stacks {
namespace {

// V8: `static const uint8_t Bytecodes::kBytecodeSizes[3][kBytecodeCount]`, one row for each operand scale.
struct Sizes {
  const std::uint8_t* table = nullptr;
  std::uint32_t count = 0;
};

Sizes FindSizes() {
  const ProgramData data = FindProgramData("_ZN2v88internal11interpreter9Bytecodes14kBytecodeSizesE");
  if (data.address == nullptr || data.bytes % 3 != 0 || data.bytes / 3 > 256) return {};
  return {static_cast<const std::uint8_t*>(data.address), static_cast<std::uint32_t>(data.bytes / 3)};
}

const Sizes& TheSizes() {
  static const Sizes sizes = FindSizes();
  return sizes;
}

// V8's number for JumpLoop, and how many bytecodes the V8 has of which that is known.
struct JumpLoop {
  std::uint32_t bytecodes;
  std::uint8_t number;
};
constexpr JumpLoop kJumpLoops[] = {{198, 0x89}, {203, 0x8e}, {208, 0x92}, {212, 0x95}};

// The first four bytecodes are prefixes, in all of V8 11 to 14: wide, extra wide, and the debugger's forms of both.
constexpr std::uint8_t kPrefixes = 4;

}  // namespace

std::vector<std::uint32_t> BytecodeStarts(const std::vector<std::uint8_t>& bytecodes) {
  const Sizes& sizes = TheSizes();
  std::vector<std::uint32_t> starts;
  if (sizes.table == nullptr) return starts;
  std::size_t at = 0;
  while (at < bytecodes.size()) {
    starts.push_back(static_cast<std::uint32_t>(at));
    std::uint32_t scale = 0;
    if (bytecodes[at] < kPrefixes) {
      scale = bytecodes[at] % 2 == 0 ? 1 : 2;
      if (++at == bytecodes.size()) return {};
    }
    if (bytecodes[at] >= sizes.count) return {};
    const std::uint8_t size = sizes.table[scale * sizes.count + bytecodes[at]];
    if (size == 0) return {};
    at += size;
  }
  if (at != bytecodes.size()) return {};
  return starts;
}

std::optional<std::vector<std::uint32_t>> LoopEnds(const std::vector<std::uint8_t>& bytecodes) {
  const JumpLoop* known = nullptr;
  for (const JumpLoop& candidate : kJumpLoops) {
    if (candidate.bytecodes == TheSizes().count) known = &candidate;
  }
  const std::vector<std::uint32_t> starts = BytecodeStarts(bytecodes);
  if (known == nullptr || starts.empty()) return std::nullopt;
  std::vector<std::uint32_t> ends;
  for (const std::uint32_t start : starts) {
    const bool prefixed = bytecodes[start] < kPrefixes;
    if (bytecodes[start + (prefixed ? 1 : 0)] == known->number) ends.push_back(start);
  }
  return ends;
}

}  // namespace memspec::stacks
