#include "stacks/engine_code.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <v8-version.h>

#include "stacks/bytecodes.h"
#include "stacks/slow_path.h"

namespace memspec::stacks {
namespace {

constexpr std::uintptr_t kTag = 1;
constexpr std::uint32_t kMaxTable = 1u << 20;  // bytes; no function's table is larger

// Memory as it was when it was first asked for: a read is a system call, and what belongs together lies on a few pages.
class Pages {
 public:
  bool Read(std::uintptr_t address, void* out, std::size_t bytes) {
    const std::uintptr_t start = address & ~(kBytes - 1);
    if (address - start + bytes > kBytes) return ReadSafely(address, out, bytes);
    const std::uint8_t* const page = At(start);
    if (page == nullptr) return false;
    std::memcpy(out, page + (address - start), bytes);
    return true;
  }

 private:
  // A block of memory that can be read in part can be read whole: no page is smaller.
  static constexpr std::uintptr_t kBytes = 4096;
  static constexpr std::size_t kCount = 4;

  const std::uint8_t* At(std::uintptr_t start) {
    if (start == 0) return nullptr;
    for (std::size_t i = 0; i < kCount; ++i) {
      if (starts_[i] == start) return data_[i];
    }
    const std::size_t slot = next_++ % kCount;
    starts_[slot] = 0;
    if (!ReadSafely(start, data_[slot], kBytes)) return nullptr;
    starts_[slot] = start;
    return data_[slot];
  }

  std::uintptr_t starts_[kCount] = {};  // 0: nothing
  std::uint8_t data_[kCount][kBytes];
  std::size_t next_ = 0;
};

std::optional<std::uintptr_t> Word(Pages& memory, std::uintptr_t address) {
  std::uintptr_t value = 0;
  if (!memory.Read(address, &value, sizeof value)) return std::nullopt;
  return value;
}

bool IsPointer(std::uintptr_t value) { return (value & kTag) != 0; }

// A tagged pointer stored in a field of an object.
std::optional<TaggedPointer> Field(Pages& memory, TaggedPointer object, std::uintptr_t offset) {
  const auto value = Word(memory, object - kTag + offset);
  return value && IsPointer(*value) ? value : std::nullopt;
}

// Arrays of all kinds: map, length as a small integer, elements.
constexpr std::uintptr_t kArrayLength = 8;
constexpr std::uintptr_t kArrayElements = 16;

std::optional<std::uint32_t> Length(Pages& memory, TaggedPointer array) {
  const auto value = Word(memory, array - kTag + kArrayLength);
  if (!value || static_cast<std::uint32_t>(*value) != 0 || (*value >> 32) > kMaxTable) return std::nullopt;
  return static_cast<std::uint32_t>(*value >> 32);
}

std::optional<std::vector<std::uint8_t>> Bytes(Pages& memory, TaggedPointer array) {
  const auto length = Length(memory, array);
  if (!length) return std::nullopt;
  std::vector<std::uint8_t> bytes(*length);
  if (*length != 0 && !memory.Read(array - kTag + kArrayElements, bytes.data(), bytes.size())) return std::nullopt;
  return bytes;
}

// The two fields of a code's data that are of use here.
struct CodeData {
  TaggedPointer deoptimization;  // of baseline code: its bytecode
  TaggedPointer positions;       // of baseline code: its table of bytecode offsets
};

// Where V8 keeps them. The header before the instructions has a field with the code object, which has the address of
// the instructions. The addon is built for one ABI of Node, that is for one V8; a layout that is wrong for a later one fails
// the checks.
struct Layout {
  std::uintptr_t before_start;                // of the header's field
  std::uintptr_t deoptimization, positions;   // in the code object
  std::uintptr_t inlined_index, literals_index;  // in the deoptimisation data
};
#if V8_MAJOR_VERSION >= 13
constexpr Layout kLayout{24, 8, 16, 8, 3};
#elif V8_MAJOR_VERSION == 12
constexpr Layout kLayout{24, 8, 16, 7, 2};
#else
constexpr Layout kLayout{8, 16, 24, 7, 2};
#endif
// V8 14 adds a second flag to an entry's code offset.
constexpr bool kOffsetHasFlag = V8_MAJOR_VERSION >= 14;
constexpr std::uintptr_t kInstructionStart = 40;

std::optional<CodeData> DataOf(Pages& memory, std::uintptr_t start) {
  const auto code = Word(memory, start - kLayout.before_start);
  if (!code || !IsPointer(*code) || Word(memory, *code - kTag + kInstructionStart) != start) return std::nullopt;
  const auto deoptimization = Field(memory, *code, kLayout.deoptimization);
  const auto positions = Field(memory, *code, kLayout.positions);
  if (!deoptimization || !positions) return std::nullopt;
  return CodeData{*deoptimization, *positions};
}

// Variable-length integers, least significant seven bits first, the high bit says that more follow.
class Reader {
 public:
  explicit Reader(const std::vector<std::uint8_t>& bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}
  bool done() const { return at_ == end_ || failed_; }
  bool failed() const { return failed_; }
  std::uint64_t Unsigned() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const std::uint8_t byte = *at_++;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    failed_ = true;
    return 0;
  }
  std::int64_t Signed() {
    const std::uint64_t value = Unsigned();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool failed_ = false;
};

// V8's source position in 64 bits: a flag, 30 bits of offset + 1, 16 bits of inlining + 1.
struct Position {
  std::uint32_t offset;
  std::int32_t inlining;  // -1: not inlined
  bool known;
};
Position Unpack(std::uint64_t bits) {
  const auto offset = static_cast<std::uint32_t>((bits >> 1) & 0x3fffffff);
  const auto inlining = static_cast<std::int32_t>((bits >> 31) & 0xffff);
  return {offset - 1, inlining - 1, (bits & 1) == 0 && offset != 0};
}

struct Decoded {
  LineTable positions, inlining, own;
  std::int32_t highest = -1;  // inlining
};

// Entries: code offset (its sign says whether a statement starts there) and position, both as differences.
std::optional<Decoded> DecodePositions(const std::vector<std::uint8_t>& table, std::uint32_t code_length) {
  Decoded result;
  LineTableBuilder positions, inlining, own;
  Reader reader(table);
  std::int64_t offset = -1, bits = 0;  // V8 counts from the offset that stands for the function's entry
  while (!reader.done()) {
    const std::int64_t coded = reader.Signed();
    const std::int64_t step = coded >= 0 ? coded : -(coded + 1);
    offset += kOffsetHasFlag ? step >> 1 : step;
    bits += reader.Signed();
    if (reader.failed() || offset > code_length) return std::nullopt;
    const Position position = Unpack(static_cast<std::uint64_t>(bits));
    positions.Add(static_cast<std::uint32_t>(offset), position.offset);
    inlining.Add(static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(position.inlining + 1));
    // 0 is Maglev's (of V8 14) for "none yet".
    if (position.known && position.offset != 0 && position.inlining < 0) own.Add(static_cast<std::uint32_t>(offset), position.offset);
    result.highest = std::max(result.highest, position.inlining);
  }
  result.positions = positions.Finish();
  result.inlining = inlining.Finish();
  result.own = own.Finish();
  if (result.positions.empty()) return std::nullopt;
  return result;
}

// The table of inlined calls: 16 bytes each, the call's position and which of the literals was called.
std::optional<std::vector<InlinedPlace>> ReadPlaces(Pages& memory, TaggedPointer data, std::uint32_t count, TaggedPointer type) {
  const auto array = Field(memory, data, kArrayElements + kLayout.inlined_index * 8);
  const auto literals = Field(memory, data, kArrayElements + kLayout.literals_index * 8);
  if (!array || !literals) return std::nullopt;
  const auto bytes = Bytes(memory, *array);
  const auto literal_count = Length(memory, *literals);
  if (!bytes || !literal_count || bytes->size() % 16 != 0 || bytes->size() / 16 < count) return std::nullopt;
  std::vector<InlinedPlace> places;
  for (std::size_t i = 0; i < bytes->size() / 16; ++i) {
    std::uint64_t bits;
    std::int32_t literal;
    std::memcpy(&bits, bytes->data() + i * 16, sizeof bits);
    std::memcpy(&literal, bytes->data() + i * 16 + 8, sizeof literal);
    const Position position = Unpack(bits);
    if (literal < 0 || static_cast<std::uint32_t>(literal) >= *literal_count) return std::nullopt;
    // An inlined call can only stand in what was inlined before it.
    if (position.inlining >= static_cast<std::int32_t>(i)) return std::nullopt;
    const auto function = Field(memory, *literals, kArrayElements + static_cast<std::uintptr_t>(literal) * 8);
    if (!function || Word(memory, *function - kTag) != type) return std::nullopt;
    places.push_back({*function, position.known ? position.offset : 0, position.inlining});
  }
  return places;
}

struct Calls {
  LineTable calls, exits;
};

// The calls after which the code may have to be abandoned, which are nearly all that can run other code. V8's own stack
// traces take their positions from here. Behind the header come entries of three small integers: bytecode offset, a
// translation, return address (negative: not a call). When code is abandoned, V8 overwrites return addresses on the stack by
// those of exits at the code's end: one call instruction for each entry, first for those that are not calls. Maglev's entries
// have the exit's own address in place of the return address, those that are not calls too.
Calls ReadCalls(Pages& memory, TaggedPointer data, std::uintptr_t code_start, std::uint32_t code_length) {
  const std::uintptr_t first = kLayout.inlined_index + 4;
  const auto length = Length(memory, data);
  if (!length || *length < first || (*length - first) % 3 != 0) return {};
  std::vector<std::uint64_t> words(*length);
  if (!memory.Read(data - kTag + kArrayElements, words.data(), words.size() * sizeof words[0])) return {};
  const auto small = [&](std::size_t i) { return static_cast<std::int32_t>(words[i] >> 32); };
  const std::int32_t exits_start = small(first - 3), eager = small(first - 2), lazy = small(first - 1);
  if (eager < 0 || lazy < 0 || static_cast<std::uint32_t>(eager + lazy) != (*length - first) / 3) return {};

  const auto* const code = reinterpret_cast<const std::uint8_t*>(code_start);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> calls;
  LineTableBuilder exits;
  auto exit = static_cast<std::uint32_t>(exits_start);
  bool exits_known = exits_start > 0;
  for (std::int32_t entry = 0; entry < eager + lazy; ++entry) {
    const std::size_t i = first + static_cast<std::size_t>(entry) * 3;
    const std::int32_t bytecode = small(i), return_address = small(i + 2);
    if (entry >= eager && return_address > 0 && bytecode >= -1) {
      const auto returned = static_cast<std::uint32_t>(return_address);
      // Code right before the exits may end in a call that never returns: its return address is the first exit's, too.
      const bool ambiguous =
          exit == static_cast<std::uint32_t>(exits_start) && MayFollowCall(code, code_length, exit);
      if (!ambiguous || returned != exit) calls.emplace_back(returned, static_cast<std::uint32_t>(bytecode) + 1);
      if (exits_known) exits.Add(exit, ambiguous ? exit : returned);
    }
    const std::uint32_t step = exits_known ? CallLength(code, code_length, exit) : 0;
    exits_known = step != 0;
    exit += step;
  }
  std::sort(calls.begin(), calls.end());
  LineTableBuilder table;
  for (const auto& [offset, bytecode] : calls) table.Add(offset, bytecode);
  return {table.Finish(), exits.Finish()};
}

}  // namespace

bool ReadSafely(std::uintptr_t address, void* out, std::size_t bytes) {
  iovec to{out, bytes};
  iovec from{reinterpret_cast<void*>(address), bytes};
  // A child that was forked does not come here: it reports nothing.
  static const pid_t self = getpid();
  return process_vm_readv(self, &to, 1, &from, 1, 0) == static_cast<ssize_t>(bytes);
}

std::optional<OptimizedPositions> ReadOptimized(std::uintptr_t code_start, std::uint32_t code_length,
                                                TaggedPointer function) {
  Pages memory;
  const auto data = DataOf(memory, code_start);
  if (!data) return std::nullopt;
  const auto table = Bytes(memory, data->positions);
  if (!table) return std::nullopt;
  auto decoded = DecodePositions(*table, code_length);
  if (!decoded) return std::nullopt;
  auto [calls, exits] = ReadCalls(memory, data->deoptimization, code_start, code_length);
  OptimizedPositions result{std::move(decoded->positions), std::move(decoded->inlining), std::move(decoded->own), {},
                            std::move(calls), std::move(exits)};
  if (decoded->highest < 0) return result;
  const auto type = Word(memory, function - kTag);
  if (!type) return std::nullopt;
  const auto count = static_cast<std::uint32_t>(decoded->highest + 1);
  auto places = ReadPlaces(memory, data->deoptimization, count, *type);
  if (!places) return std::nullopt;
  result.places = std::move(*places);
  return result;
}

std::optional<std::vector<std::uint8_t>> ReadBaseline(std::uintptr_t code_start, std::uint32_t code_length,
                                                      std::uintptr_t bytecode_start) {
  Pages memory;
  const auto data = DataOf(memory, code_start);
  if (!data) return std::nullopt;
  // The code's bytecode must be the one that is known: an object whose header ends where the bytecodes start.
  const std::uintptr_t header = bytecode_start - (data->deoptimization - kTag);
  if (header < 32 || header > 96) return std::nullopt;
  auto offsets = Bytes(memory, data->positions);
  if (!offsets) return std::nullopt;
  // The first number is the prologue's; together they are the code up to its tables.
  Reader reader(*offsets);
  std::uint64_t sum = 0;
  while (!reader.done()) sum += reader.Unsigned();
  if (reader.failed() || sum == 0 || sum > code_length) return std::nullopt;
  return offsets;
}

std::vector<std::uint8_t> ReadBytecodes(std::uintptr_t start, std::uint32_t length) {
  std::vector<std::uint8_t> bytecodes(length <= kMaxTable ? length : 0);
  if (bytecodes.empty() || !ReadSafely(start, bytecodes.data(), bytecodes.size())) return {};
  return bytecodes;
}

LineTable DecodeBaseline(const std::vector<std::uint8_t>& offsets, const std::vector<std::uint8_t>& bytecodes,
                         std::uint32_t code_length) {
  const std::vector<std::uint32_t> starts = BytecodeStarts(bytecodes);
  if (starts.empty()) return {};
  LineTableBuilder table;
  Reader reader(offsets);
  std::uint64_t pc = reader.Unsigned();  // the prologue belongs to no bytecode
  for (const std::uint32_t start : starts) {
    if (reader.done()) return {};
    table.Add(static_cast<std::uint32_t>(pc), start);
    pc += reader.Unsigned();
  }
  if (reader.failed() || !reader.done() || pc > code_length) return {};
  return table.Finish();
}

}  // namespace memspec::stacks
