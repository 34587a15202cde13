#include "binding/leaks.h"

#include <cstring>
#include <memory>
#include <vector>

#include "binding/options.h"
#include "binding/own_call.h"
#include "binding/report.h"
#include "capture/isolate_state.h"
#include "capture/leak_run.h"

namespace memspec::binding {

namespace {

using capture::IsolateState;
using capture::LeakRun;

LeakRun* RunningLeaks(Napi::Env env) {
  LeakRun* const run = State(env).leak_run();
  if (run == nullptr) Throw(env, "MEMSPEC_MEASUREMENT_CLOSED", "no leak check is running");
  return run;
}

Napi::Value BeginLeaks(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  IsolateState& state = State(info.Env());
  if (state.leak_run() != nullptr) {
    Throw(info.Env(), "MEMSPEC_MEASUREMENT_OPEN", "another leak check is running in this isolate");
    return info.Env().Undefined();
  }
  state.SetLeakRun(std::make_unique<LeakRun>(guard, state, info[0].ToBoolean().Value()));
  return info.Env().Undefined();
}

Napi::Value Boundary(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  LeakRun* const run = RunningLeaks(info.Env());
  if (run != nullptr && !run->Boundary(guard, info[0].ToBoolean().Value())) {
    Throw(info.Env(), "MEMSPEC_TOO_MANY_MEASUREMENTS", "too many measurements are counting at once");
  }
  return info.Env().Undefined();
}

Napi::Value RecordStacks(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  LeakRun* const run = RunningLeaks(info.Env());
  if (run != nullptr) run->RecordStacks(guard);
  return info.Env().Undefined();
}

Napi::Value StartOver(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  LeakRun* const run = RunningLeaks(info.Env());
  if (run != nullptr) run->StartOver(guard);
  return info.Env().Undefined();
}

Napi::Value WatchDescriptors(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  LeakRun* const run = RunningLeaks(info.Env());
  if (run != nullptr) run->descriptors().Watch();
  return info.Env().Undefined();
}

Napi::Value OpenedDescriptors(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RecursionGuard guard;
  const OwnWork own(guard);
  LeakRun* const run = RunningLeaks(env);
  if (run == nullptr) return env.Undefined();
  const std::vector<capture::OpenedDescriptors::Place> places = run->descriptors().StillOpen();
  Napi::Array array = Napi::Array::New(env, places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Napi::HandleScope scope(env);
    const stacks::Resolved stack = stacks::Resolve(guard, State(env).isolate(), State(env).code(), places[i].stack);
    std::vector<const stacks::Frame*> frames;
    for (const stacks::Frame& frame : stack.frames) frames.push_back(&frame);
    Napi::Object place = Napi::Object::New(env);
    place.Set("frames", ToArray(env, frames));
    place.Set("count", Napi::Number::New(env, places[i].count));
    array.Set(static_cast<std::uint32_t>(i), place);
  }
  return array;
}

Napi::Array Column(Napi::Env env, const std::vector<LeakRun::Alive>& column) {
  Napi::Array array = Napi::Array::New(env, column.size());
  for (std::size_t i = 0; i < column.size(); ++i) {
    Napi::Object alive = Napi::Object::New(env);
    alive.Set("bytes", Napi::Number::New(env, static_cast<double>(column[i].bytes)));
    alive.Set("count", Napi::Number::New(env, static_cast<double>(column[i].count)));
    array.Set(static_cast<std::uint32_t>(i), alive);
  }
  return array;
}

Napi::Value ReadLeaks(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RecursionGuard guard;
  const OwnWork own(guard);
  const LeakRun* const run = RunningLeaks(env);
  if (run == nullptr) return env.Undefined();
  Napi::Array rows = Napi::Array::New(env, run->rows().size());
  for (std::size_t i = 0; i < run->rows().size(); ++i) {
    const Napi::HandleScope scope(env);
    const LeakRun::Row& row = run->rows()[i];
    Napi::Object object = Napi::Object::New(env);
    object.Set("usedBytes", Napi::Number::New(env, static_cast<double>(row.used_bytes)));
    object.Set("allocatedBytes", Napi::Number::New(env, static_cast<double>(row.allocated_bytes)));
    object.Set("lastObjectId", Napi::Number::New(env, static_cast<double>(row.last_object)));
    object.Set("heap", run->knows_heap_births() ? Column(env, row.heap) : env.Null());
    object.Set("buffers", run->counts_off_heap() ? Column(env, row.buffers) : env.Null());
    object.Set("native", run->counts_off_heap() ? Column(env, row.native) : env.Null());
    Napi::Object handles = Napi::Object::New(env);
    for (const capture::HandleCount& kind : row.handles) handles.Set(kind.kind, Napi::Number::New(env, kind.count));
    object.Set("handles", handles);
    rows.Set(static_cast<std::uint32_t>(i), object);
  }
  return rows;
}

Napi::Value EndLeaks(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  State(info.Env()).SetLeakRun(nullptr);
  return info.Env().Undefined();
}

// Straight through V8: napi_call_function would make a termination of ours a fatal matter.
void Call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  LeakRun* const run = t_thread.isolate == nullptr ? nullptr : t_thread.isolate->leak_run();
  v8::Local<v8::Value> result;
  LeakRun::CallResult outcome = LeakRun::CallResult::kStopped;
  const char* code = "MEMSPEC_MEASUREMENT_CLOSED";
  const char* message = "no leak check is running";
  if (run != nullptr && info[0]->IsFunction()) {
    outcome = run->Call(info[0].As<v8::Function>(), &result);
    code = "MEMSPEC_LEAK_OUT_OF_MEMORY";
    message = "the function was stopped before it filled the heap";
  }
  if (outcome == LeakRun::CallResult::kReturned) info.GetReturnValue().Set(result);
  if (outcome != LeakRun::CallResult::kStopped) return;
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const v8::Local<v8::String> text = v8::String::NewFromUtf8(isolate, message).ToLocalChecked();
  const v8::Local<v8::Value> error = v8::Exception::Error(text);
  const v8::Local<v8::String> key = v8::String::NewFromUtf8Literal(isolate, "code");
  const v8::Local<v8::String> value = v8::String::NewFromUtf8(isolate, code).ToLocalChecked();
  if (error.As<v8::Object>()->Set(context, key, value).IsNothing()) return;
  isolate->ThrowException(error);
}

Napi::Value CallFunction(Napi::Env env) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Function> function;
  if (!v8::Function::New(isolate->GetCurrentContext(), Call).ToLocal(&function)) return env.Undefined();
  napi_value value;
  static_assert(sizeof value == sizeof function);
  std::memcpy(&value, static_cast<const void*>(&function), sizeof value);
  return Napi::Value(env, value);
}

}  // namespace

void ExportLeaks(Napi::Env env, Napi::Object exports) {
  exports.Set("leakBegin", Napi::Function::New<BeginLeaks>(env, "leakBegin"));
  exports.Set("leakBoundary", Napi::Function::New<Boundary>(env, "leakBoundary"));
  exports.Set("leakCall", CallFunction(env));
  exports.Set("leakRead", Napi::Function::New<ReadLeaks>(env, "leakRead"));
  exports.Set("leakRecordStacks", Napi::Function::New<RecordStacks>(env, "leakRecordStacks"));
  exports.Set("leakWatchDescriptors", Napi::Function::New<WatchDescriptors>(env, "leakWatchDescriptors"));
  exports.Set("leakOpenedDescriptors", Napi::Function::New<OpenedDescriptors>(env, "leakOpenedDescriptors"));
  exports.Set("leakStartOver", Napi::Function::New<StartOver>(env, "leakStartOver"));
  exports.Set("leakEnd", Napi::Function::New<EndLeaks>(env, "leakEnd"));
}

}  // namespace memspec::binding
