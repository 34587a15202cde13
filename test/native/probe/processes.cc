#include "processes.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace probe {
namespace {

std::atomic<bool> g_stop{false};

void* AllocateUntilStopped(void*) {
  while (!g_stop.load(std::memory_order_relaxed)) EveryFunction(100);
  return nullptr;
}

bool LeftWithSuccess(pid_t child) {
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void* OneOfEach(void*) {
  EveryFunction(100);
  return nullptr;
}

}  // namespace

Truth ForkWhileAllocating(int count, int threads) {
  Truth truth;
  pthread_t ids[kMaxThreads];
  if (threads > kMaxThreads) return {.ok = false};
  g_stop = false;
  for (int i = 0; i < threads; i++) {
    if (pthread_create(&ids[i], nullptr, AllocateUntilStopped, nullptr) != 0) abort();
  }
  for (int i = 0; i < count; i++) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a child that hangs must not hang its parent
      const bool ok = EveryFunction(1000).ok && ReallocChain(10, 100, 50).ok;
      pthread_t thread;
      if (pthread_create(&thread, nullptr, OneOfEach, nullptr) != 0) _exit(2);
      pthread_join(thread, nullptr);
      _exit(ok ? 0 : 1);
    }
    truth.ok = LeftWithSuccess(child) && truth.ok;
  }
  g_stop = true;
  for (int i = 0; i < threads; i++) pthread_join(ids[i], nullptr);
  return truth;
}

Truth VforkAndExec() {
  const pid_t child = vfork();
  if (child == 0) {
    execl("/bin/true", "true", static_cast<char*>(nullptr));
    _exit(127);
  }
  return {.ok = LeftWithSuccess(child)};
}

Truth AllocateInLibrary(const char* name, std::size_t bytes, std::size_t count) {
  void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return {.ok = false};
  using Allocate = bool(std::size_t bytes, std::size_t count);
  auto* const allocate = reinterpret_cast<Allocate*>(dlsym(library, "probe_second_allocate"));
  const bool ok = allocate != nullptr && allocate(bytes, count);
  dlclose(library);
  // With the block that its constructor took.
  return {.count = count + 1,
          .bytes = count * bytes + 100,
          .frees = count + 1,
          .peak_bytes = count * bytes + 100,
          .ok = ok};
}

}  // namespace probe
