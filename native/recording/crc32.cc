#include "recording/crc32.h"

#include <array>
#include <cstring>

namespace memspec::recording {
namespace {

// Eight bytes a step: table k advances a byte by k further zero bytes.
struct Tables {
  std::array<std::array<std::uint32_t, 256>, 8> of;
};

constexpr Tables MakeTables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320u : 0u);
    tables.of[0][byte] = sum;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables.of[k - 1][byte];
      tables.of[k][byte] = (before >> 8) ^ tables.of[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

}  // namespace

std::uint32_t Crc32(const void* bytes, std::size_t length) {
  const auto* at = static_cast<const std::uint8_t*>(bytes);
  std::uint32_t sum = 0xffffffffu;
  const auto& of = kTables.of;
  for (; length >= 8; length -= 8, at += 8) {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::memcpy(&low, at, 4);  // both of our architectures are little endian
    std::memcpy(&high, at + 4, 4);
    low ^= sum;
    sum = of[7][low & 0xff] ^ of[6][(low >> 8) & 0xff] ^ of[5][(low >> 16) & 0xff] ^ of[4][low >> 24] ^
          of[3][high & 0xff] ^ of[2][(high >> 8) & 0xff] ^ of[1][(high >> 16) & 0xff] ^ of[0][high >> 24];
  }
  for (; length > 0; --length, ++at) sum = (sum >> 8) ^ of[0][(sum ^ *at) & 0xff];
  return ~sum;
}

}  // namespace memspec::recording
