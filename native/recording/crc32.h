// CRC-32 as zlib has it (IEEE 802.3, reflected).
#pragma once
#include <cstddef>
#include <cstdint>

namespace memspec::recording {

std::uint32_t Crc32(const void* bytes, std::size_t length);

}  // namespace memspec::recording
