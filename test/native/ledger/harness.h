// What the ledger's tests have beside the common harness.
#pragma once
#include "base/recursion_guard.h"
#include "cpp/harness.h"
#include "ledger/ledger.h"

namespace test {

class Random : private RandomBits {
 public:
  using RandomBits::RandomBits;
  std::uint64_t Below(std::uint64_t limit) { return (Next() >> 16) % limit; }
};

inline void* At(std::uint64_t address) { return reinterpret_cast<void*>(address); }

}  // namespace test
