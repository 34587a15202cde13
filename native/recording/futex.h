// Waiting without libc: a counter that somebody raises. Saves errno.
#pragma once
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>

namespace memspec::recording {

class Signal {
 public:
  // acquire, release: who sees the counter raised sees what was done before.
  std::uint32_t seen() const { return count_.load(std::memory_order_acquire); }
  // Returns when the counter is no longer `seen`, or after the time, or for no reason.
  void Wait(std::uint32_t seen, std::uint32_t milliseconds) const {
    const int saved = errno;
    const timespec time{static_cast<time_t>(milliseconds / 1000), static_cast<long>(milliseconds % 1000) * 1'000'000};
    syscall(SYS_futex, &count_, FUTEX_WAIT_PRIVATE, seen, &time, nullptr, 0);
    errno = saved;
  }
  void Raise() {
    const int saved = errno;
    count_.fetch_add(1, std::memory_order_release);
    syscall(SYS_futex, &count_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
    errno = saved;
  }

 private:
  static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));
  std::atomic<std::uint32_t> count_{0};
};

inline std::uint64_t MonotonicUs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000u + static_cast<std::uint64_t>(now.tv_nsec) / 1000u;
}

}  // namespace memspec::recording
