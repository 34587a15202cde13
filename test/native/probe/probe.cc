// The probe: allocates what it is told to, and says what it did, computed without memspec's code. Node-API only.
#include <node_api.h>
#include <unistd.h>

#include <cstring>

#include "halting.h"
#include "kept.h"
#include "malloc_loop.h"
#include "mappings.h"
#include "patterns.h"
#include "processes.h"
#include "slot_values.h"

namespace {

using namespace probe;

// The arguments of one call. A name's characters lie in static memory: converting them allocates nothing.
class Call {
 public:
  Call(napi_env env, napi_callback_info info) : env_(env) {
    std::size_t count = kMax;
    napi_get_cb_info(env, info, &count, at_, nullptr, nullptr);
  }
  double Number(int i) const {
    double value = 0;
    napi_get_value_double(env_, at_[i], &value);
    return value;
  }
  std::uint64_t Whole(int i) const { return static_cast<std::uint64_t>(Number(i)); }
  int Integer(int i) const { return static_cast<int>(Number(i)); }
  const char* Text(int i) const {
    static char text[4096];
    std::size_t length = 0;
    text[0] = '\0';
    napi_get_value_string_utf8(env_, at_[i], text, sizeof text, &length);
    return text;
  }

 private:
  static constexpr int kMax = 6;
  napi_env env_;
  napi_value at_[kMax] = {};
};

void Set(napi_env env, napi_value object, const char* name, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  napi_set_named_property(env, object, name, value);
}

void SetOk(napi_env env, napi_value object, bool ok) {
  napi_value value;
  napi_get_boolean(env, ok, &value);
  napi_set_named_property(env, object, "ok", value);
}

napi_value Convert(napi_env env, const Truth& truth) {
  napi_value object;
  napi_create_object(env, &object);
  Set(env, object, "count", static_cast<double>(truth.count));
  Set(env, object, "bytes", static_cast<double>(truth.bytes));
  Set(env, object, "frees", static_cast<double>(truth.frees));
  Set(env, object, "peakBytes", static_cast<double>(truth.peak_bytes));
  Set(env, object, "liveBytes", static_cast<double>(truth.live_bytes));
  Set(env, object, "liveBlocks", static_cast<double>(truth.live_blocks));
  SetOk(env, object, truth.ok);
  return object;
}

napi_value Convert(napi_env env, const MappingTruth& truth) {
  napi_value object;
  napi_create_object(env, &object);
  Set(env, object, "mappedCalls", static_cast<double>(truth.mapped_calls));
  Set(env, object, "mappedBytes", static_cast<double>(truth.mapped_bytes));
  Set(env, object, "reservedCalls", static_cast<double>(truth.reserved_calls));
  Set(env, object, "reservedBytes", static_cast<double>(truth.reserved_bytes));
  Set(env, object, "peakBytes", static_cast<double>(truth.peak_bytes));
  Set(env, object, "liveBytes", static_cast<double>(truth.live_bytes));
  SetOk(env, object, truth.ok);
  return object;
}

napi_value Convert(napi_env env, const LoopResult& result) {
  napi_value object;
  napi_create_object(env, &object);
  Set(env, object, "count", static_cast<double>(result.count));
  Set(env, object, "bytes", static_cast<double>(result.bytes));
  Set(env, object, "keptBlocks", static_cast<double>(result.kept_blocks));
  Set(env, object, "keptBytes", static_cast<double>(result.kept_bytes));
  Set(env, object, "elapsedNs", result.elapsed_ns);
  return object;
}

napi_value Convert(napi_env env, std::uint64_t number) {
  napi_value value;
  napi_create_double(env, static_cast<double>(number), &value);
  return value;
}

// The methods: what each needs of its call, and what it gives.
Truth Allocate(const Call& call) {  // (function, bytes, count, keep, threads)
  const AllocationFunction* const function = FindFunction(call.Text(0));
  if (function == nullptr) return {.ok = false};
  return AllocateOnThreads(*function, call.Integer(4), call.Whole(1), call.Whole(2), call.Whole(3));
}
// The thread does not come back: nothing of JavaScript lies between the block and code that heeds no termination.
std::uint64_t AllocateAndStay(const Call& call) {  // (bytes)
  const AllocationFunction* const function = FindFunction("malloc");
  g_kept.Add(function->allocate(call.Whole(0)), call.Whole(0), function);
  for (;;) pause();
}
std::uint64_t FreeAllKept(const Call&) { return FreeKept(); }
Truth Every(const Call& call) { return EveryFunction(call.Whole(0)); }
Truth Chain(const Call& call) { return ReallocChain(call.Whole(0), call.Whole(1), call.Integer(2)); }
Truth Failed(const Call& call) { return FailedReallocs(call.Whole(0)); }
Truth Edges(const Call&) { return EdgeCases(); }
Truth Texts(const Call&) { return LibcTexts(); }
Truth Throwing(const Call& call) { return ThrowingNew(call.Whole(0)); }
Truth Threads(const Call& call) { return ShortLivedThreads(call.Integer(0), call.Integer(1), call.Whole(2)); }
std::uint64_t Errno(const Call& call) { return static_cast<std::uint64_t>(ErrnoAfterCalls(call.Integer(0))); }
Truth Fork(const Call& call) { return ForkWhileAllocating(call.Integer(0), call.Integer(1)); }
Truth Vfork(const Call&) { return VforkAndExec(); }
Truth Library(const Call& call) { return AllocateInLibrary(call.Text(0), call.Whole(1), call.Whole(2)); }
MappingTruth Map(const Call& call) { return MapAndUnmap(call.Whole(0)); }
MappingTruth Reserve(const Call& call) { return ReserveAndCommit(call.Whole(0)); }
MappingTruth Move(const Call& call) { return Remap(call.Whole(0)); }
MappingTruth Over(const Call& call) { return MapOver(call.Whole(0)); }
MappingTruth Failing(const Call&) { return FailingCalls(); }
MappingTruth MapThreads(const Call& call) { return MapOnThreads(call.Integer(0), call.Whole(1), call.Whole(2)); }
LoopResult Loop(const Call& call) {
  return MallocLoop(call.Whole(0), call.Whole(1), call.Whole(2), call.Number(3));
}

template <auto kMethod>
napi_value Run(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  return Convert(env, kMethod(call));
}

// A Float64Array's worth of pairs: slot, value, slot, value, …
napi_value SlotValues(napi_env env, napi_callback_info) {
  std::size_t count = 0;
  const SlotValue* const values = ReadSlotValues(&count);
  void* data = nullptr;
  napi_value buffer, array;
  napi_create_arraybuffer(env, 2 * count * sizeof(double), &data, &buffer);
  for (std::size_t i = 0; i < count; i++) {
    static_cast<double*>(data)[2 * i] = static_cast<double>(values[i].slot);
    static_cast<double*>(data)[2 * i + 1] = static_cast<double>(values[i].value);
  }
  napi_create_typedarray(env, napi_float64_array, 2 * count, buffer, 0, &array);
  return array;
}

napi_value HaltThreads(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  napi_value halted;
  napi_create_int32(env, HaltOtherThreads(call.Integer(0)), &halted);
  return halted;
}

napi_value Resume(napi_env, napi_callback_info) {
  ResumeThreads();
  return nullptr;
}

napi_value FunctionNames(napi_env env, napi_callback_info) {
  std::size_t count = 0;
  const AllocationFunction* const functions = AllFunctions(&count);
  napi_value list;
  napi_create_array_with_length(env, count, &list);
  for (std::size_t i = 0; i < count; i++) {
    napi_value name;
    napi_create_string_utf8(env, functions[i].name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, list, static_cast<std::uint32_t>(i), name);
  }
  return list;
}

}  // namespace

NAPI_MODULE_INIT() {
  static constexpr struct {
    const char* name;
    napi_callback callback;
  } kMethods[] = {
      {"functions", FunctionNames},
      {"allocate", Run<Allocate>},
      {"allocateAndStay", Run<AllocateAndStay>},
      {"freeKept", Run<FreeAllKept>},
      {"everyFunction", Run<Every>},
      {"reallocChain", Run<Chain>},
      {"failedReallocs", Run<Failed>},
      {"edgeCases", Run<Edges>},
      {"libcTexts", Run<Texts>},
      {"throwingNew", Run<Throwing>},
      {"shortLivedThreads", Run<Threads>},
      {"errnoAfterCalls", Run<Errno>},
      {"forkWhileAllocating", Run<Fork>},
      {"vforkAndExec", Run<Vfork>},
      {"allocateInLibrary", Run<Library>},
      {"mapAndUnmap", Run<Map>},
      {"reserveAndCommit", Run<Reserve>},
      {"remap", Run<Move>},
      {"mapOver", Run<Over>},
      {"failingMappings", Run<Failing>},
      {"mapOnThreads", Run<MapThreads>},
      {"mallocLoop", Run<Loop>},
      {"slotValues", SlotValues},
      {"haltOtherThreads", HaltThreads},
      {"resumeThreads", Resume},
  };
  for (const auto& method : kMethods) {
    napi_value function;
    napi_create_function(env, method.name, NAPI_AUTO_LENGTH, method.callback, nullptr, &function);
    napi_set_named_property(env, exports, method.name, function);
  }
  return exports;
}
