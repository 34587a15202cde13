#include "malloc_loop.h"

#include <time.h>

#include <cstdlib>

#include "kept.h"

namespace probe {
namespace {

double NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace

LoopResult MallocLoop(std::uint64_t pairs, std::uint64_t min_bytes, std::uint64_t max_bytes, double keep_share) {
  LoopResult result;
  const AllocationFunction* const by_malloc = FindFunction("malloc");
  std::uint64_t random = 0x9e3779b97f4a7c15u;
  const std::uint64_t range = max_bytes - min_bytes + 1;
  const auto kept_below = static_cast<std::uint64_t>(keep_share * 0x1p32);
  const double start = NowNs();
  for (std::uint64_t i = 0; i < pairs; i++) {
    random ^= random << 13;  // xorshift64
    random ^= random >> 7;
    random ^= random << 17;
    const std::uint64_t bytes = min_bytes + (random >> 33) % range;
    auto* const block = static_cast<char*>(malloc(bytes));
    if (block == nullptr) break;
    *reinterpret_cast<volatile char*>(block) = 1;
    result.count++;
    result.bytes += bytes;
    if ((random & 0xffffffff) < kept_below) {
      g_kept.Add(block, bytes, by_malloc);
      result.kept_blocks++;
      result.kept_bytes += bytes;
    } else {
      free(block);
    }
  }
  result.elapsed_ns = NowNs() - start;
  return result;
}

}  // namespace probe
