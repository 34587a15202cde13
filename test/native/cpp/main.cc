// Runs every test, or those whose name contains the first argument, each in a process of its own: what a test leaves behind
// (the ledger is one for a process, and its tables grow) is no other test's start.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cpp/harness.h"

namespace {

bool Passes(const test::Case& one) {
  const pid_t child = fork();
  if (child == 0) {
    int code = 0;
    try {
      one.run();
    } catch (const test::Failure& failure) {
      std::printf("     %s\n", failure.message.c_str());
      code = 1;
    }
    std::fflush(stdout);
    std::exit(code);  // not _exit: sanitizers report at exit
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) return false;
  if (WIFSIGNALED(status)) std::printf("     ended by signal %d\n", WTERMSIG(status));
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const char* wanted = argc > 1 ? argv[1] : "";
  int failed = 0;
  int ran = 0;
  for (const test::Case& one : test::Cases()) {
    if (std::strstr(one.name, wanted) == nullptr) continue;
    ++ran;
    std::fflush(stdout);
    const auto start = std::chrono::steady_clock::now();
    const bool passed = Passes(one);
    failed += passed ? 0 : 1;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    std::printf("%s %s (%.1f s)\n", passed ? "ok  " : "FAIL", one.name, elapsed.count());
  }
  std::printf("%d tests, %d failed\n", ran, failed);
  return failed == 0 && ran > 0 ? 0 : 1;
}
