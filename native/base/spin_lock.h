// A lock that never sleeps in the kernel and never allocates, for the few instructions that shared state of the
// tracker needs. Any thread. Not recursive: with MEMSPEC_CHECK_LOCKS defined, taking it twice on one thread aborts.
//
// Who holds one must not block, allocate, or call into the program. A waiter reads until the lock looks free (so that
// the cache line is shared, not fought over), pauses, and after kSpinsBeforeYield rounds gives its processor away: the
// holder may have been preempted. No futex: a futex wait would show up in the traced program as a system call per
// contention, and its wake costs more than all that is ever done under these locks.
#pragma once
#include <sched.h>

#include <atomic>
#include <cstdint>
#ifdef MEMSPEC_CHECK_LOCKS
#include <cstdlib>
#endif

namespace memspec {

class SpinLock {
 public:
  constexpr SpinLock() = default;
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

  void Lock() {
    CheckNotMine();
    // acquire: what the last holder wrote is seen.
    if (locked_.exchange(1, std::memory_order_acquire) != 0) [[unlikely]] {
      LockSlowly();
    }
    SetMine();
  }

  void Unlock() {
    SetNobodys();
    locked_.store(0, std::memory_order_release);
  }

 private:
  static constexpr int kSpinsBeforeYield = 64;

  static void Pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  __attribute__((noinline)) void LockSlowly() {
    int spins = 0;
    do {
      // relaxed: only a hint; the exchange below decides and orders.
      while (locked_.load(std::memory_order_relaxed) != 0) {
        if (++spins < kSpinsBeforeYield) {
          Pause();
        } else {
          sched_yield();
        }
      }
    } while (locked_.exchange(1, std::memory_order_acquire) != 0);
  }

#ifdef MEMSPEC_CHECK_LOCKS
  // The address of a thread-local tells threads apart without a system call.
  static const void* Me() {
    static thread_local char t_identity;
    return &t_identity;
  }
  // relaxed: only the holder ever stores its own identity, so a thread can find itself here only if it is the holder.
  void CheckNotMine() const {
    if (holder_.load(std::memory_order_relaxed) == Me()) std::abort();
  }
  void SetMine() { holder_.store(Me(), std::memory_order_relaxed); }
  void SetNobodys() { holder_.store(nullptr, std::memory_order_relaxed); }
  std::atomic<const void*> holder_{nullptr};
#else
  void CheckNotMine() const {}
  void SetMine() {}
  void SetNobodys() {}
#endif
  std::atomic<std::uint32_t> locked_{0};
};

// Holds a SpinLock for a scope.
class SpinGuard {
 public:
  explicit SpinGuard(SpinLock& lock) : lock_(lock) { lock_.Lock(); }
  ~SpinGuard() { lock_.Unlock(); }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;

 private:
  SpinLock& lock_;
};

}  // namespace memspec
