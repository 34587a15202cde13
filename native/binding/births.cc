#include "binding/births.h"

#include <memory>
#include <vector>

#include "binding/options.h"
#include "binding/own_call.h"
#include "capture/birth_run.h"
#include "capture/isolate_state.h"

namespace memspec::binding {

namespace {

using capture::BirthRun;

BirthRun* RunningBirths(Napi::Env env) {
  BirthRun* const run = State(env).birth_run();
  if (run == nullptr) Throw(env, "MEMSPEC_MEASUREMENT_CLOSED", "the births of no test file are watched");
  return run;
}

// Of a file that was not finished: dropped.
Napi::Value BeginBirths(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  capture::IsolateState& state = State(info.Env());
  state.SetBirthRun(nullptr);
  state.SetBirthRun(std::make_unique<BirthRun>(guard, state));
  return info.Env().Undefined();
}

Napi::Value MarkBirths(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  BirthRun* const run = RunningBirths(info.Env());
  if (run != nullptr && !run->Mark(guard)) {
    Throw(info.Env(), "MEMSPEC_TOO_MANY_MEASUREMENTS", "too many measurements are counting at once");
  }
  return info.Env().Undefined();
}

Napi::Object ToObject(Napi::Env env, const BirthRun::Alive& alive) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("bytes", Napi::Number::New(env, static_cast<double>(alive.bytes)));
  object.Set("count", Napi::Number::New(env, static_cast<double>(alive.count)));
  return object;
}

Napi::Value ReadBirths(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RecursionGuard guard;
  const OwnWork own(guard);
  BirthRun* const run = RunningBirths(env);
  if (run == nullptr) return env.Undefined();
  const std::vector<BirthRun::Interval> intervals = run->Read(guard);
  Napi::Array rows = Napi::Array::New(env, intervals.size());
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const Napi::HandleScope scope(env);
    Napi::Object row = Napi::Object::New(env);
    row.Set("firstObjectId", Napi::Number::New(env, intervals[i].first_object));
    row.Set("lastObjectId", Napi::Number::New(env, intervals[i].last_object));
    row.Set("heap", ToObject(env, intervals[i].heap));
    row.Set("buffers", run->counts_off_heap() ? ToObject(env, intervals[i].buffers) : env.Null());
    row.Set("native", run->counts_off_heap() ? ToObject(env, intervals[i].native) : env.Null());
    rows.Set(static_cast<std::uint32_t>(i), row);
  }
  return rows;
}

Napi::Value EndBirths(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  State(info.Env()).SetBirthRun(nullptr);
  return info.Env().Undefined();
}

}  // namespace

void ExportBirths(Napi::Env env, Napi::Object exports) {
  exports.Set("birthsBegin", Napi::Function::New<BeginBirths>(env, "birthsBegin"));
  exports.Set("birthsMark", Napi::Function::New<MarkBirths>(env, "birthsMark"));
  exports.Set("birthsRead", Napi::Function::New<ReadBirths>(env, "birthsRead"));
  exports.Set("birthsEnd", Napi::Function::New<EndBirths>(env, "birthsEnd"));
}

}  // namespace memspec::binding
