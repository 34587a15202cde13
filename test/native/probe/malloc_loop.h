// The benchmark's loop: `pairs` times malloc and free of a size between min and max, of which a share is kept.
#pragma once
#include <cstdint>

namespace probe {

struct LoopResult {
  std::uint64_t count = 0, bytes = 0, kept_blocks = 0, kept_bytes = 0;
  double elapsed_ns = 0;
};

LoopResult MallocLoop(std::uint64_t pairs, std::uint64_t min_bytes, std::uint64_t max_bytes, double keep_share);

}  // namespace probe
