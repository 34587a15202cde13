#include "binding/leaks.h"

#include <memory>
#include <vector>

#include "binding/options.h"
#include "binding/own_call.h"
#include "capture/isolate_state.h"
#include "capture/leak_run.h"

namespace memspec::binding {

namespace {

using capture::IsolateState;
using capture::LeakRun;

LeakRun* Running(Napi::Env env) {
  LeakRun* const run = State(env).leak_run();
  if (run == nullptr) Throw(env, "MEMSPEC_MEASUREMENT_CLOSED", "no leak check is running");
  return run;
}

Napi::Value Begin(const Napi::CallbackInfo& info) {
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
  LeakRun* const run = Running(info.Env());
  if (run != nullptr && !run->Boundary(guard, info[0].ToBoolean().Value())) {
    Throw(info.Env(), "MEMSPEC_TOO_MANY_MEASUREMENTS", "too many measurements are counting at once");
  }
  return info.Env().Undefined();
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

Napi::Value Read(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RecursionGuard guard;
  const OwnWork own(guard);
  const LeakRun* const run = Running(env);
  if (run == nullptr) return env.Undefined();
  Napi::Array rows = Napi::Array::New(env, run->rows().size());
  for (std::size_t i = 0; i < run->rows().size(); ++i) {
    const Napi::HandleScope scope(env);
    const LeakRun::Row& row = run->rows()[i];
    Napi::Object object = Napi::Object::New(env);
    object.Set("usedBytes", Napi::Number::New(env, static_cast<double>(row.used_bytes)));
    object.Set("lastObjectId", Napi::Number::New(env, static_cast<double>(row.last_object)));
    object.Set("heap", Column(env, row.heap));
    object.Set("buffers", run->counts_off_heap() ? Column(env, row.buffers) : env.Null());
    object.Set("native", run->counts_off_heap() ? Column(env, row.native) : env.Null());
    Napi::Object handles = Napi::Object::New(env);
    for (const capture::HandleCount& kind : row.handles) handles.Set(kind.kind, Napi::Number::New(env, kind.count));
    object.Set("handles", handles);
    rows.Set(static_cast<std::uint32_t>(i), object);
  }
  return rows;
}

Napi::Value End(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  State(info.Env()).SetLeakRun(nullptr);
  return info.Env().Undefined();
}

}  // namespace

void ExportLeaks(Napi::Env env, Napi::Object exports) {
  exports.Set("leakBegin", Napi::Function::New<Begin>(env, "leakBegin"));
  exports.Set("leakBoundary", Napi::Function::New<Boundary>(env, "leakBoundary"));
  exports.Set("leakRead", Napi::Function::New<Read>(env, "leakRead"));
  exports.Set("leakEnd", Napi::Function::New<End>(env, "leakEnd"));
}

}  // namespace memspec::binding
