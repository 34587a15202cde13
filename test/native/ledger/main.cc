// Runs every test, or those whose name contains the first argument; "-list" prints the names.
#include <cstring>

#include "harness.h"

int main(int argc, char** argv) {
  const char* wanted = argc > 1 ? argv[1] : "";
  const bool list = std::strcmp(wanted, "-list") == 0;
  int failed = 0;
  int ran = 0;
  for (const test::Case& one : test::Cases()) {
    if (list) {
      std::printf("%s\n", one.name);
      continue;
    }
    if (std::strstr(one.name, wanted) == nullptr) continue;
    ++ran;
    try {
      one.run();
      std::printf("ok   %s\n", one.name);
    } catch (const test::Failure& failure) {
      ++failed;
      std::printf("FAIL %s\n     %s\n", one.name, failure.message.c_str());
    }
    std::fflush(stdout);
  }
  if (!list) std::printf("%d tests, %d failed\n", ran, failed);
  return failed == 0 && (list || ran > 0) ? 0 : 1;
}
