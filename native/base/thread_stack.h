// Where the running thread's stack lies. Any thread, inside an allocation: takes no lock of libc's (pthread_getattr_np holds one
// while it allocates, and so may be what called us) and allocates nothing. The kernel is asked once for each thread.
#pragma once
#include <cstdint>

namespace memspec {

struct ThreadStack {
  std::uintptr_t low = 0, high = 0;  // all between `stack_pointer` and `high` can be read
};

// Of the thread's own stack, when `stack_pointer` lies in it; both 0 on any other stack (of a signal, of a coroutine).
ThreadStack StackOfThread(std::uintptr_t stack_pointer);

}  // namespace memspec
