// The addon's surface (core/src/capture/binding.ts): validates, converts and delegates to native/capture.
#include <napi.h>
#include <node.h>

#include <optional>
#include <string>
#include <vector>

#include "binding/births.h"
#include "binding/graph_binding.h"
#include "binding/leaks.h"
#include "binding/observe.h"
#include "binding/options.h"
#include "binding/own_call.h"
#include "binding/packing.h"
#include "binding/recording.h"
#include "binding/report.h"
#include "binding/to_local.h"
#include "capture/isolate_state.h"
#include "capture/measurement.h"
#include "heap/collect.h"
#include "hooks/hooks.h"
#include "stacks/stacks.h"

namespace memspec::binding {

namespace {

using capture::IsolateState;
using capture::Measurement;

// The state is released by the cleanup hook, while the isolate still lives.
void KeepInstanceData(Napi::Env, IsolateState*) {}

Measurement* FindMeasurement(const Napi::CallbackInfo& info) {
  const std::optional<std::uint32_t> handle = ToHandle(info[0]);
  if (!handle) return nullptr;
  Measurement* const measurement = State(info.Env()).Find(*handle);
  if (measurement == nullptr) Throw(info.Env(), "MEMSPEC_MEASUREMENT_CLOSED", "this measurement was closed");
  return measurement;
}

Measurement* FindEnded(const Napi::CallbackInfo& info) {
  Measurement* const measurement = FindMeasurement(info);
  if (measurement == nullptr || measurement->ended()) return measurement;
  Throw(info.Env(), "MEMSPEC_MEASUREMENT_OPEN", "this measurement has not ended");
  return nullptr;
}

Measurement* FindRetaining(const Napi::CallbackInfo& info) {
  Measurement* const measurement = FindEnded(info);
  if (measurement == nullptr || measurement->options().retained) return measurement;
  Throw(info.Env(), "MEMSPEC_INVALID_OPTION", "this measurement was opened without retained: true");
  return nullptr;
}

bool BeginOrThrow(Napi::Env env, const RecursionGuard& guard, Measurement& measurement) {
  if (measurement.Begin(guard)) return true;
  Throw(env, "MEMSPEC_TOO_MANY_MEASUREMENTS", "this measurement began before, or too many are counting at once");
  return false;
}

Napi::Value Capabilities(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const char* missing = nullptr;
  const bool hooks = State(env).Arm(own.guard(), &missing);
  const hooks::Facts facts = hooks::KnownFacts();
  if (hooks) State(env).Disarm(own.guard());
  Napi::Object object = Napi::Object::New(env);
  object.Set("version", Napi::String::New(env, MEMSPEC_VERSION));
  object.Set("hooks", Napi::Boolean::New(env, hooks));
  object.Set("hooksReason",
             Napi::String::New(env, hooks ? "" : std::string("the allocator's symbol ") + missing + " was not found"));
  object.Set("engineSymbols", Napi::Boolean::New(env, facts.engine_symbols));
  object.Set("bufferTap", Napi::Boolean::New(env, State(env).buffer_tap()));
  object.Set("heapLines", Napi::Boolean::New(env, facts.heap_sample_symbol));
  object.Set("isolates", Napi::Number::New(env, IsolateState::Count()));
  return object;
}

Napi::Value Arm(const Napi::CallbackInfo& info) {
  const OwnCall own(State(info.Env()));
  const char* missing = nullptr;
  if (!State(info.Env()).Arm(own.guard(), &missing)) {
    Throw(info.Env(), "MEMSPEC_UNAVAILABLE", std::string("the allocator's symbol ") + missing + " was not found");
  }
  return info.Env().Undefined();
}

Napi::Value Disarm(const Napi::CallbackInfo& info) {
  const OwnCall own(State(info.Env()));
  State(info.Env()).Disarm(own.guard());
  return info.Env().Undefined();
}

Napi::Value Open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const std::optional<capture::Options> options = ToOptions(info[0]);
  if (!options) return env.Undefined();
  std::string why_not;
  std::unique_ptr<Measurement> measurement = Measurement::Open(own.guard(), State(env), *options, &why_not);
  if (measurement == nullptr) {
    Throw(env, "MEMSPEC_UNAVAILABLE", why_not);
    return env.Undefined();
  }
  return Napi::Number::New(env, State(env).Add(std::move(measurement)));
}

Napi::Value Begin(const Napi::CallbackInfo& info) {
  Measurement* const measurement = FindMeasurement(info);
  if (measurement == nullptr) return info.Env().Undefined();
  const RecursionGuard guard;
  BeginOrThrow(info.Env(), guard, *measurement);
  return info.Env().Undefined();
}

Napi::Value End(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  Measurement* const measurement = FindMeasurement(info);
  if (measurement != nullptr) measurement->End(guard);
  return info.Env().Undefined();
}

// The promise of a measured function settled: counting ends before any JavaScript of ours runs.
void OnSettled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const RecursionGuard guard;
  IsolateState* const state = t_thread.isolate;
  if (state == nullptr) return;
  Measurement* const measurement = state->Find(info.Data().As<v8::Uint32>()->Value());
  if (measurement != nullptr) measurement->End(guard);
}

// False when the handlers could not be attached (the isolate is being terminated).
bool EndWhenSettled(const RecursionGuard& guard, IsolateState& state, Measurement& measurement, std::uint32_t handle,
                    v8::Local<v8::Promise> promise) {
  const OwnWork own(guard);
  v8::Isolate* const isolate = state.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  state.meter().BeginOwn(guard);
  v8::Local<v8::Function> settled;
  const bool attached =
      v8::Function::New(context, OnSettled, v8::Integer::NewFromUnsigned(isolate, handle)).ToLocal(&settled) &&
      !promise->Then(context, settled, settled).IsEmpty();
  measurement.OwnUntilEnd(state.meter().EndOwn(guard));
  return attached;
}

// Calls a function of memspec's own: what it allocates is in no figure.
Napi::Value Own(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsFunction()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "own() takes a function");
    return env.Undefined();
  }
  const OwnCall own(State(env));
  napi_value result = nullptr;
  // What it throws is pending, and comes through.
  if (napi_call_function(env, env.Undefined(), info[0], 0, nullptr, &result) != napi_ok) return env.Undefined();
  return Napi::Value(env, result);
}

Napi::Value Call(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Measurement* const measurement = FindMeasurement(info);
  if (measurement == nullptr) return env.Undefined();
  if (!info[1].IsFunction() || !info[3].IsArray()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "call() takes a handle, a function, a this value and an array of arguments");
    return env.Undefined();
  }
  std::vector<napi_value> arguments;
  napi_value result = nullptr;
  const napi_value function = info[1];
  const napi_value receiver = info[2];
  {
    const RecursionGuard guard;
    const Napi::Array array = info[3].As<Napi::Array>();
    for (std::uint32_t i = 0; i < array.Length(); ++i) arguments.push_back(array.Get(i));
    if (!BeginOrThrow(env, guard, *measurement)) return env.Undefined();
  }
  const napi_status status =
      napi_call_function(env, receiver, function, arguments.size(), arguments.data(), &result);
  const RecursionGuard guard;
  if (status == napi_ok && ToLocal(result)->IsPromise() &&
      EndWhenSettled(guard, State(env), *measurement, *ToHandle(info[0]), ToLocal(result).As<v8::Promise>())) {
    return Napi::Value(env, result);
  }
  measurement->End(guard);
  return status == napi_ok ? Napi::Value(env, result) : Napi::Value();  // what was thrown is pending, untouched
}

Napi::Value Read(const Napi::CallbackInfo& info) {
  const OwnCall own(State(info.Env()));
  Measurement* const measurement = FindEnded(info);
  if (measurement == nullptr) return info.Env().Undefined();
  return ToObject(info.Env(), measurement->Read(own.guard()));
}

Napi::Value Collect(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  IsolateState& state = State(info.Env());
  heap::Collect(guard, state.isolate(), state.marking());
  state.LetBackgroundWorkEnd(guard);
  return info.Env().Undefined();
}

Napi::Value Quiesce(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  return Napi::Boolean::New(info.Env(), State(info.Env()).quiescence().Reach(guard));
}

Napi::Value Retained(const Napi::CallbackInfo& info) {
  const OwnCall own(State(info.Env()));
  Measurement* const measurement = FindRetaining(info);
  if (measurement == nullptr) return info.Env().Undefined();
  return ToObject(info.Env(), measurement->ReadRetained(own.guard()));
}

// What both of the following ask; nothing when it throws.
std::optional<std::vector<heap::ObjectIds::Instances>> FindInstances(const Napi::CallbackInfo& info, const OwnCall& own) {
  Measurement* const measurement = FindRetaining(info);
  if (measurement == nullptr) return std::nullopt;
  std::vector<std::string> names;
  if (info[1].IsArray()) {
    const Napi::Array array = info[1].As<Napi::Array>();
    for (std::uint32_t i = 0; i < array.Length(); ++i) {
      const Napi::Value name = array.Get(i);
      if (name.IsString()) names.push_back(name.As<Napi::String>().Utf8Value());
    }
    if (names.size() != array.Length()) names.clear();
  }
  if (names.empty()) {
    Throw(info.Env(), "MEMSPEC_INVALID_OPTION", "a handle and an array of constructor names are needed");
    return std::nullopt;
  }
  return measurement->Instances(own.guard(), names);
}

Napi::Value Instances(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const auto alive = FindInstances(info, own);
  if (!alive) return env.Undefined();
  Napi::Array counts = Napi::Array::New(env, alive->size());
  for (std::size_t i = 0; i < alive->size(); ++i) {
    counts.Set(static_cast<std::uint32_t>(i), Napi::Number::New(env, static_cast<double>((*alive)[i].count)));
  }
  return counts;
}

Napi::Value InstanceIds(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const auto alive = FindInstances(info, own);
  if (!alive) return env.Undefined();
  Napi::Array lists = Napi::Array::New(env, alive->size());
  for (std::size_t i = 0; i < alive->size(); ++i) {
    const auto& ids = (*alive)[i].ids;
    Napi::Array list = Napi::Array::New(env, ids.size());
    for (std::size_t k = 0; k < ids.size(); ++k) list.Set(static_cast<std::uint32_t>(k), Napi::Number::New(env, ids[k]));
    lists.Set(static_cast<std::uint32_t>(i), list);
  }
  return lists;
}

Napi::Value Close(const Napi::CallbackInfo& info) {
  const OwnCall own(State(info.Env()));
  const std::optional<std::uint32_t> handle = ToHandle(info[0]);
  if (handle) State(info.Env()).Remove(*handle);
  return info.Env().Undefined();
}

Napi::Value LatestScript(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  if (!info[0].IsString()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "latestScript() takes a script's name");
    return env.Undefined();
  }
  return Napi::Number::New(env, stacks::LatestScript(own.guard(), State(env).code(), info[0].As<Napi::String>().Utf8Value()));
}

Napi::Value SourceMapUrl(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  if (!info[0].IsNumber()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "sourceMapUrl() takes a script id");
    return env.Undefined();
  }
  IsolateState& state = State(env);
  return Napi::String::New(env, stacks::SourceMapUrl(own.guard(), state.isolate(), state.code(),
                                                     info[0].As<Napi::Number>().Int32Value()));
}

Napi::Object Initialise(Napi::Env env, Napi::Object exports) {
  const RecursionGuard guard;
  IsolateState* const state = IsolateState::Acquire(guard, v8::Isolate::GetCurrent());
  if (state == nullptr) {
    Throw(env, "MEMSPEC_UNAVAILABLE", "too many isolates have loaded memspec in this process");
    return exports;
  }
  env.SetInstanceData<IsolateState, KeepInstanceData>(state);
  env.AddCleanupHook([](IsolateState* ended) { ended->Release(RecursionGuard()); }, state);
  exports.Set("capabilities", Napi::Function::New<Capabilities>(env, "capabilities"));
  exports.Set("arm", Napi::Function::New<Arm>(env, "arm"));
  exports.Set("disarm", Napi::Function::New<Disarm>(env, "disarm"));
  exports.Set("open", Napi::Function::New<Open>(env, "open"));
  exports.Set("begin", Napi::Function::New<Begin>(env, "begin"));
  exports.Set("end", Napi::Function::New<End>(env, "end"));
  exports.Set("call", Napi::Function::New<Call>(env, "call"));
  exports.Set("own", Napi::Function::New<Own>(env, "own"));
  exports.Set("read", Napi::Function::New<Read>(env, "read"));
  exports.Set("collect", Napi::Function::New<Collect>(env, "collect"));
  exports.Set("quiesce", Napi::Function::New<Quiesce>(env, "quiesce"));
  exports.Set("retained", Napi::Function::New<Retained>(env, "retained"));
  exports.Set("instances", Napi::Function::New<Instances>(env, "instances"));
  exports.Set("instanceIds", Napi::Function::New<InstanceIds>(env, "instanceIds"));
  exports.Set("close", Napi::Function::New<Close>(env, "close"));
  exports.Set("latestScript", Napi::Function::New<LatestScript>(env, "latestScript"));
  exports.Set("sourceMapUrl", Napi::Function::New<SourceMapUrl>(env, "sourceMapUrl"));
  ExportBirths(env, exports);
  ExportLeaks(env, exports);
  ExportObserver(env, exports);
  ExportRecording(env, exports);
  ExportPacking(env, exports);
  AddGraphFunctions(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(memspec, Initialise)

}  // namespace memspec::binding
