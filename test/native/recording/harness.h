// What the recording's tests have beside the common harness.
#pragma once
#include <cstdint>

#include "base/recursion_guard.h"
#include "cpp/harness.h"

namespace test {

class Random : private RandomBits {
 public:
  using RandomBits::RandomBits;
  std::uint64_t Below(std::uint64_t limit) { return (Next() >> 16) % limit; }
};

}  // namespace test
