// The monotonic clock. Any thread; allocates nothing.
#pragma once
#include <time.h>

#include <cstdint>

namespace memspec {

inline std::uint64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace memspec
