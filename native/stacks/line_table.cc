#include "stacks/line_table.h"

#include <algorithm>
#include <cstring>

namespace memspec::stacks {
namespace {

std::uint32_t ZigZag(std::int64_t v) {
  const auto n = static_cast<std::int32_t>(v);
  return (static_cast<std::uint32_t>(n) << 1) ^ static_cast<std::uint32_t>(n >> 31);
}
std::int32_t UnZigZag(std::uint32_t v) { return static_cast<std::int32_t>(v >> 1) ^ -static_cast<std::int32_t>(v & 1); }

// Walks the entries; stops when `visit` returns false.
template <typename Visit>
void ForEach(const std::uint8_t* p, std::uint32_t count, Visit visit) {
  std::uint32_t offset = 0, position = 0;
  const auto next = [&p] {
    std::uint32_t value = 0;
    for (int shift = 0;; shift += 7) {
      const std::uint8_t byte = *p++;
      value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    offset += next();
    position += static_cast<std::uint32_t>(UnZigZag(next()));
    if (!visit(offset, position)) return;
  }
}

}  // namespace

std::optional<std::uint32_t> LineTable::PositionAt(std::uint32_t code_offset, OffsetMeaning meaning) const {
  std::optional<std::uint32_t> found;
  ForEach(data_.get(), count_, [&](std::uint32_t offset, std::uint32_t position) {
    const bool reached = meaning == OffsetMeaning::kInstruction ? offset <= code_offset : offset < code_offset;
    if (reached) found = position;
    return reached;
  });
  return found;
}

std::optional<std::uint32_t> LineTable::ExactlyAt(std::uint32_t code_offset) const {
  std::optional<std::uint32_t> found;
  ForEach(data_.get(), count_, [&](std::uint32_t offset, std::uint32_t position) {
    if (offset == code_offset) found = position;
    return offset < code_offset;
  });
  return found;
}

bool LineTable::HasPosition(std::uint32_t wanted) const {
  bool found = false;
  ForEach(data_.get(), count_, [&](std::uint32_t, std::uint32_t position) {
    found = position == wanted;
    return !found;
  });
  return found;
}

bool LineTable::PositionsWithin(const LineTable& other) const {
  std::vector<std::uint32_t> known;
  known.reserve(other.count_);
  ForEach(other.data_.get(), other.count_, [&](std::uint32_t, std::uint32_t position) {
    known.push_back(position);
    return true;
  });
  bool within = true, first = true;
  ForEach(data_.get(), count_, [&](std::uint32_t, std::uint32_t position) {
    if (first) {
      known.push_back(position);
      std::sort(known.begin(), known.end());
      first = false;
    }
    within = std::binary_search(known.begin(), known.end(), position);
    return within;
  });
  return within;
}

bool LineTable::operator==(const LineTable& other) const {
  return count_ == other.count_ && size_ == other.size_ && std::memcmp(data_.get(), other.data_.get(), size_) == 0;
}

bool LineTable::OffsetsWithin(const std::vector<std::uint32_t>& offsets) const {
  bool within = true;
  ForEach(data_.get(), count_, [&](std::uint32_t offset, std::uint32_t) {
    within = std::binary_search(offsets.begin(), offsets.end(), offset);
    return within;
  });
  return within;
}

void LineTableBuilder::Put(std::uint32_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<std::uint8_t>(value));
}

void LineTableBuilder::Add(std::uint32_t code_offset, std::uint32_t position) {
  // V8 reports a statement's entry twice, once per position type.
  if (count_ > 0 && code_offset == offset_ && position == position_) return;
  if (code_offset < offset_) ordered_ = false;
  Put(code_offset - offset_);
  Put(ZigZag(static_cast<std::int64_t>(position) - static_cast<std::int64_t>(position_)));
  offset_ = code_offset;
  position_ = position;
  ++count_;
}

LineTable LineTableBuilder::Finish() {
  LineTable table;
  if (ordered_ && count_ > 0) {
    table.data_ = std::make_unique<std::uint8_t[]>(bytes_.size());
    std::memcpy(table.data_.get(), bytes_.data(), bytes_.size());
    table.size_ = static_cast<std::uint32_t>(bytes_.size());
    table.count_ = count_;
    table.last_offset_ = offset_;
  }
  Reset();
  return table;
}

void LineTableBuilder::Reset() {
  bytes_.clear();
  count_ = offset_ = position_ = 0;
  ordered_ = true;
}

}  // namespace memspec::stacks
