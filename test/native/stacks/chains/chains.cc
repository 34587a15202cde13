// Known chains of calls, each of which ends in one allocation of as many bytes as were asked for.
//   run(name, bytes, callback?)    JavaScript's way in; a thread's chain has ended when it returns
#include <alloca.h>
#include <node_api.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <utility>

#include "library.h"

#define CHAIN extern "C" __attribute__((noinline, visibility("default")))

namespace {
volatile int g_done = 0;
volatile char g_sink = 0;
napi_env g_env;
napi_value g_callback;
bool g_threw = false;

struct Guard {
  unsigned long bytes;
  __attribute__((noinline)) ~Guard();
};
void Use(volatile char* memory) { g_sink = static_cast<char>(g_sink + memory[0]); }
}  // namespace

// After each call something is left to do, so that none becomes a jump.
CHAIN void* chain_malloc(unsigned long bytes) {
  void* const block = std::malloc(bytes);
  g_done = g_done + 1;
  return block;
}
CHAIN void* chain_inner(unsigned long bytes) {
  void* const block = chain_malloc(bytes);
  g_done = g_done + 1;
  return block;
}
CHAIN void* chain_outer(unsigned long bytes) {
  void* const block = chain_inner(bytes);
  g_done = g_done + 1;
  return block;
}
CHAIN void* chain_new(unsigned long bytes) {
  char* const block = new char[bytes];
  Use(block);
  g_done = g_done + 1;
  return block;
}
CHAIN void* chain_large_frame(unsigned long bytes) {
  volatile char large[100'000];
  large[bytes] = 1;
  Use(large + bytes);
  void* const block = chain_inner(bytes);
  Use(large);
  return block;
}
CHAIN void* chain_varying_frame(unsigned long bytes) {
  auto* const memory = static_cast<char*>(alloca(bytes));
  std::memset(memory, 1, bytes);
  Use(memory);
  void* const block = chain_inner(bytes);
  Use(memory);
  return block;
}
CHAIN void* chain_aligned_frame(unsigned long bytes) {
  alignas(128) volatile char aligned[256];
  auto* const memory = static_cast<char*>(alloca(bytes));
  std::memset(memory, 1, bytes);
  aligned[bytes % 256] = 1;
  Use(aligned);
  void* const block = chain_inner(bytes);
  Use(aligned);
  Use(memory);
  return block;
}
CHAIN void* chain_through_library(unsigned long bytes) {
  void* const block = library_outer(chain_malloc, bytes);
  g_done = g_done + 1;
  return block;
}
CHAIN void* chain_into_library(unsigned long bytes) {
  void* const block = library_allocates(bytes);
  g_done = g_done + 1;
  return block;
}

CHAIN int chain_compare(const void* a, const void* b) {
  if (g_done == 0) std::free(chain_malloc(*static_cast<const unsigned long*>(a)));
  g_done = g_done + 1;
  return a < b ? -1 : 1;
}
CHAIN void* chain_sort(unsigned long bytes) {
  unsigned long numbers[2] = {bytes, bytes};
  g_done = 0;
  std::qsort(numbers, 2, sizeof numbers[0], chain_compare);
  g_done = g_done + 1;
  return nullptr;
}

Guard::~Guard() { std::free(chain_inner(bytes)); }
CHAIN void chain_throws(unsigned long) {
  if (g_done >= 0) throw std::bad_alloc();
}
CHAIN void chain_unwinds(unsigned long bytes) {
  const Guard guard{bytes};
  chain_throws(bytes);
}
CHAIN void* chain_catches(unsigned long bytes) {
  try {
    chain_unwinds(bytes);
  } catch (const std::bad_alloc&) {
    g_threw = true;
  }
  g_done = 0;
  return nullptr;
}
CHAIN void* chain_allocates_while_caught(unsigned long bytes) {
  try {
    chain_throws(bytes);
  } catch (const std::bad_alloc&) {
    return chain_inner(bytes);
  }
  return nullptr;
}

CHAIN void* chain_calls_back(unsigned long) {
  napi_value global, result;
  napi_get_global(g_env, &global);
  const napi_value callback = std::exchange(g_callback, nullptr);
  napi_call_function(g_env, global, callback, 0, nullptr, &result);
  g_done = g_done + 1;
  return nullptr;
}

CHAIN void chain_thread_body(unsigned long bytes) {
  std::free(chain_outer(bytes));
  g_done = g_done + 1;
}
CHAIN void* chain_thread(unsigned long bytes) {
  std::thread(chain_thread_body, bytes).join();
  g_done = g_done + 1;
  return nullptr;
}

namespace {

using Chain = void* (*)(unsigned long);
const struct {
  const char* name;
  Chain chain;
} kChains[] = {
    {"outer", chain_outer},
    {"new", chain_new},
    {"large frame", chain_large_frame},
    {"varying frame", chain_varying_frame},
    {"aligned frame", chain_aligned_frame},
    {"through library", chain_through_library},
    {"into library", chain_into_library},
    {"sort", chain_sort},
    {"exception in flight", chain_catches},
    {"exception caught", chain_allocates_while_caught},
    {"calls back", chain_calls_back},
    {"thread", chain_thread},
};

}  // namespace

CHAIN napi_value chain_run(napi_env env, napi_callback_info info) {
  std::size_t count = 3;
  napi_value arguments[3];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  char name[40];
  std::size_t length;
  std::uint32_t bytes = 0;
  napi_get_value_string_utf8(env, arguments[0], name, sizeof name, &length);
  napi_get_value_uint32(env, arguments[1], &bytes);
  g_env = env;
  g_callback = arguments[2];
  for (const auto& one : kChains) {
    if (std::strcmp(one.name, name) == 0) std::free(one.chain(bytes));
  }
  g_done = g_done + 1;
  return nullptr;
}

CHAIN void chain_work(napi_env, void* data) {
  std::free(chain_outer(reinterpret_cast<unsigned long>(data)));
  g_done = g_done + 1;
}

namespace {

// runInPool(bytes, done)
napi_value RunInPool(napi_env env, napi_callback_info info) {
  std::size_t count = 2;
  napi_value arguments[2], name;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  std::uint32_t bytes = 0;
  napi_get_value_uint32(env, arguments[0], &bytes);
  static napi_ref done;
  static napi_async_work work;
  napi_create_reference(env, arguments[1], 1, &done);
  napi_create_string_utf8(env, "chain", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(
      env, nullptr, name, chain_work,
      [](napi_env e, napi_status, void*) {
        napi_value callback, global, result;
        napi_get_reference_value(e, done, &callback);
        napi_get_global(e, &global);
        napi_call_function(e, global, callback, 0, nullptr, &result);
      },
      reinterpret_cast<void*>(static_cast<unsigned long>(bytes)), &work);
  napi_queue_async_work(env, work);
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  const auto set = [&](const char* name, napi_callback callback) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  };
  set("run", chain_run);
  set("runInPool", RunInPool);
  return exports;
}
