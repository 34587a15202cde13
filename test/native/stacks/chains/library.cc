#include "library.h"

#include <cstdlib>

// After each call something is left to do, so that none becomes a jump.
#define CHAIN extern "C" __attribute__((noinline, visibility("default")))
volatile int g_library_done = 0;

CHAIN void* library_inner(void* (*allocate)(unsigned long), unsigned long bytes) {
  void* const block = allocate(bytes);
  g_library_done = g_library_done + 1;
  return block;
}
CHAIN void* library_outer(void* (*allocate)(unsigned long), unsigned long bytes) {
  void* const block = library_inner(allocate, bytes);
  g_library_done = g_library_done + 1;
  return block;
}
CHAIN void* library_allocates(unsigned long bytes) {
  void* const block = std::malloc(bytes);
  g_library_done = g_library_done + 1;
  return block;
}
