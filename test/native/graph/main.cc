// Runs every test, or those whose name contains the first argument.
#include <chrono>
#include <cstdio>
#include <cstring>

#include "harness.h"

int main(int argc, char** argv) {
  const char* wanted = argc > 1 ? argv[1] : "";
  int failed = 0;
  int ran = 0;
  for (const test::Case& one : test::Cases()) {
    if (std::strstr(one.name, wanted) == nullptr) continue;
    ++ran;
    const auto start = std::chrono::steady_clock::now();
    bool passed = true;
    try {
      one.run();
    } catch (const test::Failure& failure) {
      std::printf("     %s\n", failure.message.c_str());
      passed = false;
    }
    failed += passed ? 0 : 1;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    std::printf("%s %s (%.1f s)\n", passed ? "ok  " : "FAIL", one.name, elapsed.count());
    std::fflush(stdout);
  }
  std::printf("%d tests, %d failed\n", ran, failed);
  return failed == 0 && ran > 0 ? 0 : 1;
}
