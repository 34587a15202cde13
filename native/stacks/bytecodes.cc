#include "stacks/bytecodes.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "stacks/native_symbols.h"

namespace memspec::stacks {
namespace {

struct Engine {
  const std::uint8_t* sizes = nullptr;  // one row for each operand scale
  std::uint32_t count = 0;              // of bytecodes
  std::vector<std::string> names;       // empty: not known
};

// V8: `static const uint8_t Bytecodes::kBytecodeSizes[3][kBytecodeCount]` and `static const char* Bytecodes::ToString(Bytecode)`.
Engine FindEngine() {
  Engine engine;
  const ProgramSymbol sizes = FindProgramSymbol("_ZN2v88internal11interpreter9Bytecodes14kBytecodeSizesE");
  if (sizes.address == nullptr || sizes.bytes % 3 != 0 || sizes.bytes / 3 > 256) return engine;
  engine.sizes = static_cast<const std::uint8_t*>(sizes.address);
  engine.count = static_cast<std::uint32_t>(sizes.bytes / 3);
  const ProgramSymbol name = FindProgramSymbol("_ZN2v88internal11interpreter9Bytecodes8ToStringENS1_8BytecodeE");
  if (name.address == nullptr) return engine;
  const auto to_string = reinterpret_cast<const char* (*)(std::uint8_t)>(name.address);
  for (std::uint32_t i = 0; i < engine.count; ++i) engine.names.emplace_back(to_string(static_cast<std::uint8_t>(i)));
  return engine;
}

const Engine& TheEngine() {
  static const Engine engine = FindEngine();
  return engine;
}

struct Instruction {
  std::uint32_t start, next;
  std::uint32_t operand;  // offset of the first operand
  std::uint32_t operand_bytes;
  std::uint8_t number;
  bool operator<(std::uint32_t offset) const { return start < offset; }
};

std::vector<Instruction> Decode(const std::vector<std::uint8_t>& bytecodes) {
  const Engine& engine = TheEngine();
  std::vector<Instruction> result;
  if (engine.sizes == nullptr) return result;
  for (std::uint32_t at = 0; at < bytecodes.size();) {
    Instruction one{at, 0, 0, 1, 0};
    std::uint32_t scale = 0;
    if (bytecodes[at] < kBytecodePrefixes) {
      scale = bytecodes[at] % 2 == 0 ? 1 : 2;
      if (++at == bytecodes.size()) return {};
    }
    one.number = bytecodes[at];
    if (one.number >= engine.count) return {};
    const std::uint8_t size = engine.sizes[scale * engine.count + one.number];
    if (size == 0) return {};
    one.operand = at + 1;
    one.operand_bytes = 1u << scale;
    at += size;
    if (at > bytecodes.size()) return {};
    one.next = at;
    result.push_back(one);
  }
  return result;
}

bool Contains(const std::string& name, std::string_view part) { return name.find(part) != std::string::npos; }

// Where a bytecode leads. False when that cannot be read from it.
bool Successors(const std::vector<std::uint8_t>& bytecodes, const Instruction& at, const std::string& name,
                std::vector<std::uint32_t>& out) {
  if (name.starts_with("Switch") || Contains(name, "Generator")) return false;
  if (name == "Return" || name == "Throw" || name == "ReThrow" || name == "Abort") return true;
  if (name.starts_with("Jump")) {
    if (Contains(name, "Constant") || at.operand + at.operand_bytes > at.next) return false;
    std::uint32_t distance = 0;
    std::memcpy(&distance, bytecodes.data() + at.operand, at.operand_bytes);
    const std::uint32_t base = at.operand - 1;  // of the bytecode itself, behind a prefix
    out.push_back(name == "JumpLoop" ? base - distance : base + distance);
    if (name == "Jump" || name == "JumpLoop") return true;
  }
  out.push_back(at.next);
  return true;
}

std::string_view WithoutSuffix(std::string_view handler) {
  for (const std::string_view suffix : {"Handler", "Wide", "Extra"}) {
    if (handler.ends_with(suffix)) handler.remove_suffix(suffix.size());
  }
  return handler;
}

// Calls write down where they are before all else.
bool WritesDownFirst(const std::string& name) {
  return name.starts_with("Call") || name.starts_with("Construct") || name.starts_with("Invoke");
}

}  // namespace

std::vector<std::uint32_t> BytecodeStarts(const std::vector<std::uint8_t>& bytecodes) {
  std::vector<std::uint32_t> starts;
  for (const Instruction& one : Decode(bytecodes)) starts.push_back(one.start);
  return starts;
}

std::optional<std::vector<std::uint32_t>> LoopEnds(const std::vector<std::uint8_t>& bytecodes) {
  const Engine& engine = TheEngine();
  const std::vector<Instruction> instructions = Decode(bytecodes);
  if (engine.names.empty() || instructions.empty()) return std::nullopt;
  std::vector<std::uint32_t> ends;
  for (const Instruction& one : instructions) {
    if (engine.names[one.number] == "JumpLoop") ends.push_back(one.start);
  }
  return ends;
}

std::optional<std::uint8_t> BytecodeOfHandler(std::string_view handler) {
  const std::vector<std::string>& names = TheEngine().names;
  const auto it = std::find(names.begin(), names.end(), WithoutSuffix(handler));
  return it == names.end() ? std::nullopt : std::optional(static_cast<std::uint8_t>(it - names.begin()));
}

std::optional<std::vector<std::uint32_t>> AllocatingBytecodes(const std::vector<std::uint8_t>& bytecodes,
                                                              std::uint32_t written_down, std::string_view handler,
                                                              std::optional<std::uint8_t> always) {
  const Engine& engine = TheEngine();
  const std::vector<Instruction> instructions = Decode(bytecodes);
  if (engine.names.empty() || instructions.empty()) return std::nullopt;
  handler = WithoutSuffix(handler);
  const auto find = [&](std::uint32_t offset) {
    const auto it = std::lower_bound(instructions.begin(), instructions.end(), offset);
    return it != instructions.end() && it->start == offset ? it : instructions.end();
  };
  const auto start = find(written_down);
  if (start == instructions.end()) return std::nullopt;

  std::vector<std::uint32_t> candidates, open;
  std::vector<bool> seen(bytecodes.size() + 1);
  // It may be the one written down: a handler can have called out before it allocates.
  if (engine.names[start->number] == handler) {
    candidates.push_back(start->start);
    if (always == start->number) return candidates;
  }
  if (!Successors(bytecodes, *start, engine.names[start->number], open)) return std::nullopt;
  while (!open.empty()) {
    const std::uint32_t offset = open.back();
    open.pop_back();
    const auto at = find(offset);
    if (at == instructions.end()) return std::nullopt;
    if (seen[offset]) continue;
    seen[offset] = true;
    const std::string& name = engine.names[at->number];
    if (name == handler) {
      candidates.push_back(offset);
    } else if (!WritesDownFirst(name) && !Successors(bytecodes, *at, name, open)) {
      return std::nullopt;
    }
  }
  if (candidates.empty()) return std::nullopt;
  return candidates;
}

}  // namespace memspec::stacks
