// The hook functions, one set for each kind of object whose slots lead to them: so an addon's call needs no
// classification, and only the engine's own object pays for one.
#pragma once
#include <atomic>
#include <cstddef>

#include "base/recursion_guard.h"
#include "base/thread_state.h"
#include "hooks/originals.h"
#include "hooks/sink.h"

namespace memspec::hooks {

enum class ObjectKind : unsigned char {
  kEngine,   // the object that holds V8 and Node: the caller's address decides
  kRuntime,  // libc, libstdc++, libgcc: they allocate for whoever called them
  kProgram,  // addons and the libraries they load
};
inline constexpr int kObjectKindCount = 3;

template <ObjectKind kKind>
struct Hook {
#define MEMSPEC_X(Name, symbol, presence, ...) static Originals::Name##Signature Name;
  MEMSPEC_FUNCTIONS_BY_KIND(MEMSPEC_X)
#undef MEMSPEC_X
};

// What the hooks of the loader's functions are: assembly that keeps the caller's identity (loader_hooks.cc).
extern "C" {
void memspec_hook_dlopen();
void memspec_hook_dlmopen();
void memspec_hook_dlsym();
void memspec_hook_dlvsym();
}

// The hook for `function` in the slots of an object of this kind.
void* HookFor(Function function, ObjectKind kind);

// Whether hooks report. False before the first Install(), after the last Remove() and in forked children: then a
// hook whose address somebody kept is a detour to the original and nothing else.
extern constinit std::atomic<bool> g_reporting;
extern constinit Sink g_sink;  // written only while nothing reports

// Relaxed: a hook on another thread may see a change late, as if its call had come earlier.
inline bool PassesThrough() {
  return RecursionGuard::Active() || t_thread.inside_operator_new || !g_reporting.load(std::memory_order_relaxed);
}

// For a hook that passed through. When the allocator fails below operator new, that may throw past its own hook, and
// nobody would take the mark away: so it is taken away here, and what operator new tries next is counted below it.
inline void* PassedThrough(void* block) {
  if (block == nullptr) [[unlikely]] t_thread.inside_operator_new = false;
  return block;
}

// libc's errno lies at one distance from the thread pointer on every thread, because libc is there from the start.
// Asking libc for it costs a call through the PLT for each event.
extern constinit std::ptrdiff_t g_errno_distance;

// A sink must not change what the program sees in errno after an allocation.
class ErrnoKeeper {
 public:
  ErrnoKeeper() : saved_(*Location()) {}
  ~ErrnoKeeper() { *Location() = saved_; }
  ErrnoKeeper(const ErrnoKeeper&) = delete;
  ErrnoKeeper& operator=(const ErrnoKeeper&) = delete;

 private:
  static int* Location() {
    return reinterpret_cast<int*>(static_cast<char*>(__builtin_thread_pointer()) + g_errno_distance);
  }
  const int saved_;
};

inline void* StackPointer() {
  void* pointer;
#if defined(__x86_64__)
  asm("mov %%rsp, %0" : "=r"(pointer));
#elif defined(__aarch64__)
  asm("mov %0, sp" : "=r"(pointer));
#endif
  return pointer;
}

// The place in the program that called the hook in whose body this macro stands.
#if defined(__aarch64__)
#define MEMSPEC_CALL_SITE()                                                                                        \
  ::memspec::hooks::CallSite {                                                                                     \
    __builtin_return_address(0), __builtin_frame_address(0), ::memspec::hooks::StackPointer(), __builtin_dwarf_cfa() \
  }
#else
#define MEMSPEC_CALL_SITE() \
  ::memspec::hooks::CallSite { __builtin_return_address(0), __builtin_frame_address(0), ::memspec::hooks::StackPointer() }
#endif

}  // namespace memspec::hooks
