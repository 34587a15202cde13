#include "capture/handles.h"

#include <dirent.h>
#include <dlfcn.h>
#include <node.h>
#include <uv.h>

namespace memspec::capture {

namespace {

int CountDescriptors() {
  DIR* const directory = opendir("/proc/self/fd");
  if (directory == nullptr) return 0;
  int count = 0;
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count - 3;  // ".", ".." and the directory's own
}

// V8's delayed tasks are libuv timers of Node's platform, which come and go with collections; a program's timers share one of
// Node's. Only an addon makes libuv timers that are handles of the program's.
bool IsNodesTimer(const uv_handle_t* handle) {
  if (uv_handle_get_type(handle) != UV_TIMER) return false;
  Dl_info callback;
  Dl_info node;
  const auto timer = reinterpret_cast<const uv_timer_t*>(handle);
  if (timer->timer_cb == nullptr || dladdr(reinterpret_cast<void*>(timer->timer_cb), &callback) == 0) return false;
  if (dladdr(reinterpret_cast<void*>(&node::GetCurrentEventLoop), &node) == 0) return false;
  return callback.dli_fbase == node.dli_fbase;
}

}  // namespace

std::vector<HandleCount> CountHandles(const RecursionGuard&, v8::Isolate* isolate) {
  const v8::HandleScope scope(isolate);
  int by_type[UV_HANDLE_TYPE_MAX] = {};
  if (uv_loop_t* const loop = node::GetCurrentEventLoop(isolate)) {
    uv_walk(
        loop,
        [](uv_handle_t* handle, void* counts) {
          const uv_handle_type type = uv_handle_get_type(handle);
          const bool known = type > UV_UNKNOWN_HANDLE && type < UV_HANDLE_TYPE_MAX;
          if (known && uv_is_closing(handle) == 0 && !IsNodesTimer(handle)) ++static_cast<int*>(counts)[type];
        },
        by_type);
  }
  std::vector<HandleCount> counts;
  for (int type = 1; type < UV_HANDLE_TYPE_MAX; ++type) {
    const char* const name = uv_handle_type_name(static_cast<uv_handle_type>(type));
    if (name != nullptr && by_type[type] > 0) counts.push_back({name, by_type[type]});
  }
  counts.push_back({"fd", CountDescriptors()});
  return counts;
}

}  // namespace memspec::capture
