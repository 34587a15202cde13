// Numbers out of a payload that nobody vouches for: every byte is checked to be there. Once something was wrong it stays so.
#pragma once
#include <cstddef>
#include <cstdint>

namespace memspec::packing {

class RawReader {
 public:
  RawReader(const std::uint8_t* bytes, std::size_t count) : at_(bytes), end_(bytes + count) {}

  bool ok() const { return ok_; }
  bool done() const { return at_ == end_ || !ok_; }
  const std::uint8_t* at() const { return at_; }

  std::uint8_t Byte() {
    if (at_ == end_) {
      ok_ = false;
      return 0;
    }
    return *at_++;
  }
  // A number below `limit`, which is at most 2^53.
  std::uint64_t Below(std::uint64_t limit) {
    const std::uint64_t value = Number();
    if (value < limit) return value;
    ok_ = false;
    return 0;
  }
  std::int64_t Signed() {
    const std::uint64_t value = Number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }

 private:
  std::uint64_t Number() {
    const std::uint8_t first = Byte();
    if (first < 0x80) return first;
    std::uint64_t value = first & 0x7f;
    for (unsigned shift = 7; shift < 63; shift += 7) {  // what takes a tenth byte is above every limit
      const std::uint8_t byte = Byte();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool ok_ = true;
};

}  // namespace memspec::packing
