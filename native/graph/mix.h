// Two numbers made into one, for keys of tables.
#pragma once
#include <cstdint>

namespace memspec::graph {

inline std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t mixed = (a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdu;
  return mixed ^ mixed >> 29;
}

}  // namespace memspec::graph
