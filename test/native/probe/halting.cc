#include "halting.h"

#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>

namespace probe {
namespace {

std::atomic<bool> g_resume{false};
std::atomic<int> g_halted{0};
std::atomic<long> g_most_ms{0};

void SleepOneMs() {
  const timespec one_ms{0, 1'000'000};
  nanosleep(&one_ms, nullptr);
}

void Halt(int) {
  const int saved = errno;
  ++g_halted;
  for (long ms = 0; ms < g_most_ms && !g_resume; ++ms) SleepOneMs();
  --g_halted;
  errno = saved;
}

}  // namespace

int HaltOtherThreads(int most_ms) {
  const int signal = SIGRTMIN + 3;
  struct sigaction action {};
  action.sa_handler = Halt;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
  g_resume = false;
  g_most_ms = most_ms;
  int asked = 0;
  DIR* const threads = opendir("/proc/self/task");
  while (const dirent* const entry = readdir(threads)) {
    const long thread = atol(entry->d_name);
    if (thread <= 0 || thread == syscall(SYS_gettid)) continue;
    if (syscall(SYS_tgkill, getpid(), thread, signal) == 0) ++asked;
  }
  closedir(threads);
  // Node's thread that waits for the inspector's signal takes no other.
  for (int ms = 0; ms < 500 && g_halted < asked; ++ms) SleepOneMs();
  return g_halted;
}

void ResumeThreads() {
  g_resume = true;
  for (int ms = 0; ms < 2000 && g_halted > 0; ++ms) SleepOneMs();
}

}  // namespace probe
