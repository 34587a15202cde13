// Positions of a piece of code: code offset -> offset in the script's source. Varint deltas, built once, then constant.
// No thread safety of its own.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace memspec::stacks {

// How a table's offsets are looked up.
enum class OffsetMeaning : std::uint8_t {
  kInstruction,    // the offset names the instruction itself (bytecode)
  kReturnAddress,  // the offset lies just after the call instruction (machine code)
};

class LineTable {
 public:
  LineTable() = default;
  bool empty() const { return count_ == 0; }
  std::uint32_t count() const { return count_; }
  std::uint32_t last_offset() const { return last_offset_; }
  std::size_t bytes() const { return size_; }

  // The position in force at this offset: the last entry at or before it. Nothing when the table starts later.
  std::optional<std::uint32_t> PositionAt(std::uint32_t code_offset, OffsetMeaning) const;
  // The value of the entry at exactly this offset.
  std::optional<std::uint32_t> ExactlyAt(std::uint32_t code_offset) const;
  // True when some entry has exactly this source position.
  bool HasPosition(std::uint32_t position) const;
  // True when every position of this table is also one of the other's. This one's first may be another: machine code starts
  // at its function's start, which bytecode has no entry for.
  bool PositionsWithin(const LineTable& other) const;
  bool operator==(const LineTable& other) const;
  // True when every entry's offset is one of these, which ascend.
  bool OffsetsWithin(const std::vector<std::uint32_t>& offsets) const;

 private:
  friend class LineTableBuilder;
  std::unique_ptr<std::uint8_t[]> data_;
  std::uint32_t size_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t last_offset_ = 0;
};

// Collects entries in the order in which V8 reports them (ascending code offsets; others make the table void, for a
// table that cannot be searched must not be believed).
class LineTableBuilder {
 public:
  void Add(std::uint32_t code_offset, std::uint32_t position);
  LineTable Finish();
  void Reset();

 private:
  void Put(std::uint32_t value);
  std::vector<std::uint8_t> bytes_;
  std::uint32_t count_ = 0;
  std::uint32_t offset_ = 0;
  std::uint32_t position_ = 0;
  bool ordered_ = true;
};

}  // namespace memspec::stacks
