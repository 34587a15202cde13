// What the hooks report, and to whom. The hooks know nothing of ledgers or stacks: they hand events to one sink.
// Called on any thread, inside the program's allocation: an implementation must not allocate through the hooked
// allocator, throw, block for long or call JavaScript. `errno` is preserved by the hooks.
#pragma once
#include <cstddef>

#include "base/recursion_guard.h"
#include "base/space.h"

namespace memspec::hooks {

// The hooked function through which memory came or went (from function_list.h).
enum class Function : unsigned char;

// Where in the program an event happened.
struct CallSite {
  void* caller;         // return address of the hooked call
  void* frame_pointer;  // of the hook's own frame: its saved rbp leads to the caller's frame
  void* stack_pointer;
#if defined(__aarch64__)
  void* callers_stack_pointer;  // there the frame pointer leads to the bottom of the hook's frame, which does not tell
#endif
};

struct AllocationEvent {
  void* address;
  std::size_t bytes;  // as requested
  Space space;        // kBuffers, kNative or kEngine
  Function function;
  CallSite site;
};

struct MappingEvent {
  void* address;
  std::size_t bytes;
  bool accessible;  // false: PROT_NONE, which is not memory
  Space space;
  Function function;
  CallSite site;
};

// What was known of a block that a free took away; handed back when the realloc that freed it failed.
struct FreedBlock {
  bool known = false;
  alignas(8) unsigned char opaque[24] = {};
};

struct Sink {
  void (*expected)(const void* address);  // `allocated` will follow: what it needs can be on its way into the cache
  void (*allocated)(const RecursionGuard&, const AllocationEvent&);
  FreedBlock (*freed)(const RecursionGuard&, void* address);  // before the real free
  void (*unknown_freed)(const RecursionGuard&);  // after `freed` knew nothing of a block that is not the engine's
  void (*restored)(const RecursionGuard&, void* address, const FreedBlock&);
  void (*mapped)(const RecursionGuard&, const MappingEvent&);  // mmap, or mprotect that gives or takes access
  void (*unmapped)(const RecursionGuard&, void* address, std::size_t bytes);
  // V8's sampling heap profiler is making a sample, and got this block for it: the JavaScript stack stands at the sampled allocation.
  // Told also while the tracker itself runs on this thread (`own`).
  void (*heap_sampled)(const RecursionGuard&, void* block, std::size_t bytes, bool own, const CallSite&);
  void (*opened)(const RecursionGuard&, int descriptor, const CallSite&);  // after open() or its kin
  // Engine code gives a block back while the tracker itself runs on this thread: all else passes through then.
  void (*freed_inside)(const RecursionGuard&, void* address);
};

}  // namespace memspec::hooks
