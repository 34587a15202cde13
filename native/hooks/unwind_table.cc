#include "hooks/unwind_table.h"

#include <cstring>
#include <limits>

namespace memspec::hooks {
namespace {

#if defined(__x86_64__)
constexpr std::uint64_t kFramePointerRegister = 6, kStackPointerRegister = 7, kReturnAddressRegister = 16;
#elif defined(__aarch64__)
constexpr std::uint64_t kFramePointerRegister = 29, kStackPointerRegister = 31, kReturnAddressRegister = 30;
#endif

// Encodings of pointers (Linux Standard Base, "DWARF Exception Header Encoding").
constexpr std::uint8_t kOmitted = 0xff, kPcRelative = 0x10, kDataRelative = 0x30;

class Reader {
 public:
  explicit Reader(const std::uint8_t* at) : at_(at) {}
  const std::uint8_t* at() const { return at_; }
  void Skip(std::size_t bytes) { at_ += bytes; }

  template <typename T>
  T Read() {
    T value;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::uint64_t ReadUleb() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const std::uint8_t byte = *at_++;
      if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
  }
  std::int64_t ReadSleb() {
    std::uint64_t value = 0;
    int shift = 0;
    std::uint8_t byte;
    do {
      byte = *at_++;
      if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      shift += 7;
    } while ((byte & 0x80) != 0);
    if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
    return static_cast<std::int64_t>(value);
  }
  std::uintptr_t ReadEncoded(std::uint8_t encoding, std::uintptr_t data_base, bool* ok) {
    const auto here = reinterpret_cast<std::uintptr_t>(at_);
    std::uintptr_t value = 0;
    switch (encoding & 0x0f) {
      case 0x00: case 0x04: case 0x0c: value = Read<std::uint64_t>(); break;
      case 0x02: value = Read<std::uint16_t>(); break;
      case 0x03: value = Read<std::uint32_t>(); break;
      case 0x0a: value = static_cast<std::uintptr_t>(std::int64_t{Read<std::int16_t>()}); break;
      case 0x0b: value = static_cast<std::uintptr_t>(std::int64_t{Read<std::int32_t>()}); break;
      default: *ok = false;
    }
    switch (encoding & 0x70) {
      case 0: break;
      case kPcRelative: value += here; break;
      case kDataRelative: value += data_base; break;
      default: *ok = false;
    }
    return value;
  }

 private:
  const std::uint8_t* at_;
};

struct Registers {
  std::uint64_t base_register = 0;
  std::int64_t base_offset = 0;
  bool base_known = false;
  std::int64_t frame_pointer_offset = 0, return_address_offset = 0;
  bool frame_pointer_saved = false, return_address_saved = false;
  bool frame_pointer_by_itself = false;  // saved at an offset from the frame pointer
  bool base_in_memory = false;           // at base_register + base_offset
  bool outermost = false;
};

struct Program {
  const std::uint8_t *begin, *end;
};

struct Entry {
  std::uintptr_t start = 0, length = 0;
  std::uint64_t code_alignment = 1;
  std::int64_t data_alignment = 1;
  std::uint8_t encoding = 0;
  Program initial{}, own{};
};

// The entry of the table that covers `address`, by the index's binary search table.
const std::uint8_t* FindEntry(const std::uint8_t* index, std::uintptr_t address) {
  Reader reader(index);
  if (reader.Read<std::uint8_t>() != 1) return nullptr;
  const auto frame_encoding = reader.Read<std::uint8_t>(), count_encoding = reader.Read<std::uint8_t>(),
             table_encoding = reader.Read<std::uint8_t>();
  bool ok = true;
  const auto base = reinterpret_cast<std::uintptr_t>(index);
  if (frame_encoding == kOmitted || count_encoding == kOmitted || table_encoding != (kDataRelative | 0x0b)) {
    return nullptr;
  }
  (void)reader.ReadEncoded(frame_encoding, base, &ok);
  const std::size_t count = reader.ReadEncoded(count_encoding, base, &ok);
  if (!ok || count == 0) return nullptr;
  struct Row {
    std::int32_t start, entry;
  };
  const auto row_at = [&](std::size_t i) {
    Row row;
    std::memcpy(&row, reader.at() + i * sizeof row, sizeof row);
    return row;
  };
  const auto start_at = [&](std::size_t i) { return base + static_cast<std::uintptr_t>(std::int64_t{row_at(i).start}); };
  if (address < start_at(0)) return nullptr;
  std::size_t low = 0, high = count;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (start_at(middle) <= address ? low : high) = middle;
  }
  return index + row_at(low).entry;
}

bool ParseCommon(const std::uint8_t* at, Entry& entry) {
  Reader reader(at);
  const auto length = reader.Read<std::uint32_t>();
  if (length == 0 || length == 0xffffffff) return false;
  const std::uint8_t* const end = reader.at() + length;
  if (reader.Read<std::uint32_t>() != 0) return false;  // a common entry has the id 0
  const auto version = reader.Read<std::uint8_t>();
  const char* augmentation = reinterpret_cast<const char*>(reader.at());
  reader.Skip(std::strlen(augmentation) + 1);
  entry.code_alignment = reader.ReadUleb();
  entry.data_alignment = reader.ReadSleb();
  const std::uint64_t return_register = version == 1 ? reader.Read<std::uint8_t>() : reader.ReadUleb();
  if (return_register != kReturnAddressRegister) return false;
  if (augmentation[0] == '\0') {
    entry.initial = {reader.at(), end};
    return true;
  }
  if (augmentation[0] != 'z') return false;
  const std::uint64_t data_bytes = reader.ReadUleb();
  const std::uint8_t* const data_end = reader.at() + data_bytes;
  bool ok = true;
  for (const char* c = augmentation + 1; *c != '\0' && ok; c++) {
    if (*c == 'R') {
      entry.encoding = reader.Read<std::uint8_t>();
    } else if (*c == 'L') {
      (void)reader.Read<std::uint8_t>();
    } else if (*c == 'P') {
      const auto encoding = reader.Read<std::uint8_t>();
      (void)reader.ReadEncoded(encoding, 0, &ok);
    } else if (*c != 'B') {
      return false;  // 'S', a signal's frame, among others
    }
  }
  entry.initial = {data_end, end};
  return ok;
}

bool ParseEntry(const std::uint8_t* at, Entry& entry) {
  Reader reader(at);
  const auto length = reader.Read<std::uint32_t>();
  if (length == 0 || length == 0xffffffff) return false;
  const std::uint8_t* const id_at = reader.at();
  const std::uint8_t* const end = id_at + length;
  const auto distance = reader.Read<std::uint32_t>();
  if (distance == 0 || !ParseCommon(id_at - distance, entry)) return false;
  bool ok = true;
  entry.start = reader.ReadEncoded(entry.encoding, 0, &ok);
  entry.length = reader.ReadEncoded(entry.encoding & 0x0f, 0, &ok);
  reader.Skip(reader.ReadUleb());
  entry.own = {reader.at(), end};
  return ok;
}

// Runs a program of call frame instructions up to `address`. False where it says something we do not follow.
class Machine {
 public:
  Machine(const Entry& entry, std::uintptr_t address) : entry_(entry), address_(address) {}

  bool Run(Program program, bool initial) {
    Reader reader(program.begin);
    while (reader.at() < program.end && !done_) {
      if (!Execute(reader)) return false;
    }
    if (initial) initial_ = now_;
    return true;
  }
  const Registers& registers() const { return now_; }

 private:
  static constexpr int kMaxDepth = 8;

  void Advance(std::uint64_t delta) {
    location_ += delta * entry_.code_alignment;
    if (entry_.start + location_ > address_) done_ = true;
  }
  void Save(std::uint64_t which, std::int64_t factored) {
    const std::int64_t offset = factored * entry_.data_alignment;
    if (which == kFramePointerRegister) {
      now_.frame_pointer_saved = true;
      now_.frame_pointer_by_itself = false;
      now_.frame_pointer_offset = offset;
    } else if (which == kReturnAddressRegister) {
      now_.return_address_saved = true;
      now_.return_address_offset = offset;
    }
  }
  void Restore(std::uint64_t which) {
    if (which == kFramePointerRegister) {
      now_.frame_pointer_saved = initial_.frame_pointer_saved;
      now_.frame_pointer_by_itself = false;
      now_.frame_pointer_offset = initial_.frame_pointer_offset;
    } else if (which == kReturnAddressRegister) {
      now_.return_address_saved = initial_.return_address_saved;
      now_.return_address_offset = initial_.return_address_offset;
    }
  }
  void Forget(std::uint64_t which, bool undefined) {
    if (which == kFramePointerRegister) now_.frame_pointer_saved = false;
    if (which == kReturnAddressRegister) {
      now_.return_address_saved = false;
      now_.outermost = undefined;
    }
  }
  void Define(std::uint64_t which, std::int64_t offset) {
    now_.base_register = which;
    now_.base_offset = offset;
    now_.base_known = true;
    now_.base_in_memory = false;
  }
  // Where a function aligns the stack anew, compilers keep the address of the old one in memory: "frame pointer plus offset", for
  // what was saved there, and the same followed by "dereference" for the address itself. Nothing else is understood.
  static bool ByFramePointer(Reader& reader, bool dereferenced, std::int64_t* offset) {
    const std::uint64_t length = reader.ReadUleb();
    const std::uint8_t* const end = reader.at() + length;
    bool understood = length >= 2 && reader.Read<std::uint8_t>() == 0x70 + kFramePointerRegister;
    if (understood) *offset = reader.ReadSleb();
    if (understood && dereferenced) understood = reader.at() < end && reader.Read<std::uint8_t>() == 0x06;
    understood = understood && reader.at() == end;
    reader = Reader(end);
    return understood;
  }
  static bool Followed(std::uint64_t which) {
    return which == kFramePointerRegister || which == kReturnAddressRegister;
  }

  bool Execute(Reader& reader) {
    const auto opcode = reader.Read<std::uint8_t>();
    const std::uint8_t operand = opcode & 0x3f;
    switch (opcode & 0xc0) {
      case 0x40: Advance(operand); return true;
      case 0x80: Save(operand, static_cast<std::int64_t>(reader.ReadUleb())); return true;
      case 0xc0: Restore(operand); return true;
      default: break;
    }
    switch (opcode) {
      case 0x00: return true;                                        // nop
      case 0x02: Advance(reader.Read<std::uint8_t>()); return true;  // advance_loc1, 2, 4
      case 0x03: Advance(reader.Read<std::uint16_t>()); return true;
      case 0x04: Advance(reader.Read<std::uint32_t>()); return true;
      case 0x05: {  // offset_extended
        const std::uint64_t which = reader.ReadUleb();
        Save(which, static_cast<std::int64_t>(reader.ReadUleb()));
        return true;
      }
      case 0x06: Restore(reader.ReadUleb()); return true;  // restore_extended
      case 0x07: case 0x08: Forget(reader.ReadUleb(), opcode == 0x07); return true;  // undefined, same_value
      case 0x09: {  // register
        const std::uint64_t which = reader.ReadUleb();
        (void)reader.ReadUleb();
        return !Followed(which);
      }
      case 0x0a:  // remember_state
        if (depth_ == kMaxDepth) return false;
        saved_[depth_++] = now_;
        return true;
      case 0x0b:  // restore_state
        if (depth_ == 0) return false;
        now_ = saved_[--depth_];
        return true;
      case 0x0c: {  // def_cfa
        const std::uint64_t which = reader.ReadUleb();
        Define(which, static_cast<std::int64_t>(reader.ReadUleb()));
        return true;
      }
      case 0x0d: now_.base_register = reader.ReadUleb(); return true;  // def_cfa_register
      case 0x0e: now_.base_offset = static_cast<std::int64_t>(reader.ReadUleb()); return true;  // def_cfa_offset
      case 0x0f: {  // def_cfa_expression
        std::int64_t offset = 0;
        const bool understood = ByFramePointer(reader, true, &offset);
        Define(kFramePointerRegister, offset);
        now_.base_known = understood;
        now_.base_in_memory = true;
        return true;
      }
      case 0x10: {  // expression
        const std::uint64_t which = reader.ReadUleb();
        std::int64_t offset = 0;
        const bool understood = ByFramePointer(reader, false, &offset);
        if (which != kFramePointerRegister) return !Followed(which);
        now_.frame_pointer_saved = now_.frame_pointer_by_itself = true;
        now_.frame_pointer_offset = offset;
        return understood;
      }
      case 0x16: {  // val_expression
        const std::uint64_t which = reader.ReadUleb();
        reader.Skip(reader.ReadUleb());
        return !Followed(which);
      }
      case 0x11: {  // offset_extended_sf
        const std::uint64_t which = reader.ReadUleb();
        Save(which, reader.ReadSleb());
        return true;
      }
      case 0x12: {  // def_cfa_sf
        const std::uint64_t which = reader.ReadUleb();
        Define(which, reader.ReadSleb() * entry_.data_alignment);
        return true;
      }
      case 0x13: now_.base_offset = reader.ReadSleb() * entry_.data_alignment; return true;  // def_cfa_offset_sf
      case 0x2d: return true;  // AARCH64_negate_ra_state: the return address is signed; its bits are masked later
      case 0x2e: (void)reader.ReadUleb(); return true;  // GNU_args_size
      default: return false;
    }
  }

  const Entry& entry_;
  const std::uintptr_t address_;
  std::uint64_t location_ = 0;
  bool done_ = false;
  Registers now_, initial_, saved_[kMaxDepth];
  int depth_ = 0;
};

bool IsWords(std::int64_t bytes) { return bytes % 8 == 0 && bytes / 8 >= -(1 << 13) && bytes / 8 < 1 << 13; }
bool Fits(std::int64_t bytes) { return bytes >= -(1 << 29) && bytes < 1 << 29; }

}  // namespace

UnwindRule FindUnwindRule(const std::uint8_t* unwind_index, std::uintptr_t address) {
  const std::uint8_t* const at = unwind_index == nullptr ? nullptr : FindEntry(unwind_index, address);
  Entry entry;
  if (at == nullptr || !ParseEntry(at, entry) || address - entry.start >= entry.length) return UnwindRule{};
  Machine machine(entry, address);
  if (!machine.Run(entry.initial, true) || !machine.Run(entry.own, false)) return UnwindRule{};
  const Registers& registers = machine.registers();
  UnwindRule rule;
  if (registers.outermost) {
    rule.base = UnwindRule::Base::kOutermost;
    return rule;
  }
  if (!registers.base_known || !registers.return_address_saved || !Fits(registers.base_offset) ||
      !IsWords(registers.return_address_offset) || !IsWords(registers.frame_pointer_offset) ||
      (registers.frame_pointer_saved && registers.frame_pointer_by_itself != registers.base_in_memory)) {
    return UnwindRule{};
  }
  rule.base_offset = registers.base_offset;
  rule.return_address_words = registers.return_address_offset / 8;
  rule.frame_pointer_words = registers.frame_pointer_offset / 8;
  rule.frame_pointer_saved = registers.frame_pointer_saved;
  if (registers.base_register == kStackPointerRegister) rule.base = UnwindRule::Base::kStackPointer;
  if (registers.base_register == kFramePointerRegister) {
    rule.base = registers.base_in_memory ? UnwindRule::Base::kThroughFramePointer : UnwindRule::Base::kFramePointer;
  }
  return rule;
}

}  // namespace memspec::hooks
