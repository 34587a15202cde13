// Open handles of an isolate's event loop, by libuv's own list: unreferenced ones are there too, and those for which Node
// has no public counter (workers' and ports' asyncs, watchers). JavaScript's timers share one libuv timer: they are
// objects on the heap. Node's own libuv timers are left out (V8's tasks are such, too). Isolate's own thread only.
#pragma once
#include <vector>

#include <v8.h>

#include "base/recursion_guard.h"

namespace memspec::capture {

struct HandleCount {
  const char* kind;  // libuv's name of the type, or "fd": descriptors of the whole process
  int count;
};

std::vector<HandleCount> CountHandles(const RecursionGuard&, v8::Isolate* isolate);

}  // namespace memspec::capture
