// A loop of malloc and free pairs, 16 to 4096 B, of which 1% is kept until the loop has ended.
#include <node_api.h>

#include <time.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

// Marsaglia's xorshift64.
struct Random {
  std::uint64_t state = 88172645463325252ull;
  std::uint64_t Next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  }
};

double Milliseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

void SetNumber(napi_env env, napi_value object, const char* name, double number) {
  napi_value value;
  if (napi_create_double(env, number, &value) == napi_ok) napi_set_named_property(env, object, name, value);
}

// pairs(count: number): { wall: number, cpu: number }: milliseconds of the loop, on the clock and of this thread.
napi_value Pairs(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argument;
  std::uint32_t count = 0;
  if (napi_get_cb_info(env, info, &argc, &argument, nullptr, nullptr) != napi_ok || argc != 1 ||
      napi_get_value_uint32(env, argument, &count) != napi_ok) {
    napi_throw_type_error(env, nullptr, "pairs(count)");
    return nullptr;
  }
  std::vector<void*> kept;
  kept.reserve(count / 100 + 1);
  Random random;
  const double wall = Milliseconds(CLOCK_MONOTONIC);
  const double cpu = Milliseconds(CLOCK_THREAD_CPUTIME_ID);
  for (std::uint32_t pair = 0; pair < count; pair++) {
    auto* block = static_cast<volatile unsigned char*>(std::malloc(16 + random.Next() % 4081));
    block[0] = 1;  // volatile: the pair must not be optimised away
    if (pair % 100 == 0) {
      kept.push_back(const_cast<unsigned char*>(block));
    } else {
      std::free(const_cast<unsigned char*>(block));
    }
  }
  const double cpu_elapsed = Milliseconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
  const double wall_elapsed = Milliseconds(CLOCK_MONOTONIC) - wall;
  for (void* block : kept) std::free(block);
  napi_value result;
  if (napi_create_object(env, &result) != napi_ok) return nullptr;
  SetNumber(env, result, "wall", wall_elapsed);
  SetNumber(env, result, "cpu", cpu_elapsed);
  return result;
}

napi_value Init(napi_env env, napi_value exports) {
  napi_value function;
  if (napi_create_function(env, "pairs", NAPI_AUTO_LENGTH, Pairs, nullptr, &function) == napi_ok) {
    napi_set_named_property(env, exports, "pairs", function);
  }
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, Init)
