// What the graph's tests have beside the common harness.
#pragma once
#include "cpp/harness.h"

namespace test {

class Random : private RandomBits {
 public:
  using RandomBits::RandomBits;
  std::uint32_t Below(std::uint32_t limit) { return static_cast<std::uint32_t>((Next() >> 32) % limit); }
  bool OneIn(std::uint32_t times) { return Below(times) == 0; }
};

}  // namespace test
