#include "stacks/bytecode_sizes.h"

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

// The first four bytecodes are prefixes, in all of V8 11 to 14: wide, extra wide, and the debugger's forms of both.
constexpr std::uint8_t kPrefixes = 4;

}  // namespace

std::vector<std::uint32_t> BytecodeStarts(const std::vector<std::uint8_t>& bytecodes) {
  static const Sizes sizes = FindSizes();
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

}  // namespace memspec::stacks
