// Numbers as the capture file has them: unsigned and signed LEB128, and fixed little-endian ones. The caller has the room.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace memspec::recording {

inline constexpr std::size_t kMaxNumberBytes = 10;

inline std::uint8_t* PutUnsigned(std::uint8_t* to, std::uint64_t value) {
  while (value >= 0x80) {
    *to++ = static_cast<std::uint8_t>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<std::uint8_t>(value);
  return to;
}

// Zigzag: small differences are short, whichever their sign.
inline std::uint8_t* PutSigned(std::uint8_t* to, std::int64_t value) {
  return PutUnsigned(to, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

inline std::uint8_t* PutFixed(std::uint8_t* to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) *to++ = static_cast<std::uint8_t>(value >> (8 * i));
  return to;
}

inline void AppendUnsigned(std::string& to, std::uint64_t value) {
  std::uint8_t bytes[kMaxNumberBytes];
  const std::uint8_t* const end = PutUnsigned(bytes, value);
  to.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(end - bytes));
}

}  // namespace memspec::recording
