#include "binding/observe.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "binding/frame_table.h"
#include "binding/options.h"
#include "binding/own_call.h"
#include "binding/report.h"
#include "capture/isolate_state.h"
#include "capture/observer.h"
#include "heap/snapshot_to_file.h"

namespace memspec::binding {

namespace {

using capture::Observation;
using capture::Observer;
using capture::SpanFigures;
using capture::SpanKind;
using capture::SpanSite;
using capture::TimelinePoint;

// Doubles as they lie: the order of each record is part of the contract.
template <class Record>
Napi::Float64Array Numbers(Napi::Env env, const std::vector<Record>& records) {
  static_assert(sizeof(Record) % sizeof(double) == 0);
  Napi::Float64Array array = Napi::Float64Array::New(env, records.size() * sizeof(Record) / sizeof(double));
  if (!records.empty()) std::memcpy(array.Data(), records.data(), records.size() * sizeof(Record));
  return array;
}

struct SiteNumbers {
  double span, space, stack, bytes, count, peak_bytes;
};

// One row for each site of a span: samples of the heap come one by one.
std::vector<SiteNumbers> Joined(const std::vector<SpanSite>& sites) {
  struct Hash {
    std::size_t operator()(const std::pair<std::int32_t, std::uint64_t>& key) const {
      return std::hash<std::uint64_t>()(key.second * 0x9e3779b97f4a7c15u ^ static_cast<std::uint64_t>(key.first));
    }
  };
  std::unordered_map<std::pair<std::int32_t, std::uint64_t>, std::size_t, Hash> row_of;
  std::vector<SiteNumbers> rows;
  for (const SpanSite& site : sites) {
    const std::uint64_t place = std::uint64_t{site.stack} << 2 | static_cast<std::uint64_t>(site.space);
    const auto [it, fresh] = row_of.try_emplace({site.span, place}, rows.size());
    if (fresh) {
      rows.push_back({static_cast<double>(site.span), static_cast<double>(site.space), static_cast<double>(site.stack), 0,
                      0, 0});
    }
    SiteNumbers& row = rows[it->second];
    row.bytes += site.bytes;
    row.count += site.count;
    row.peak_bytes = site.peak_bytes < 0 || std::isnan(row.peak_bytes) ? std::numeric_limits<double>::quiet_NaN()
                                                                      : row.peak_bytes + site.peak_bytes;
  }
  return rows;
}

// Without one there is none.
bool ReadCap(const Napi::Value& value, capture::HardCap& cap) {
  if (value.IsUndefined() || value.IsNull()) return true;
  if (!value.IsObject()) return false;
  const Napi::Object object = value.As<Napi::Object>();
  const Napi::Value total = object.Get("total");
  const Napi::Value rss = object.Get("rss");
  const Napi::Value owns = object.Get("ownsProcess");
  const Napi::Value file = object.Get("file");
  if (!total.IsNumber() || !rss.IsNumber() || !owns.IsBoolean() || !file.IsString()) return false;
  cap.total = total.As<Napi::Number>().DoubleValue();
  cap.rss = rss.As<Napi::Number>().DoubleValue();
  cap.owns_process = owns.As<Napi::Boolean>().Value();
  cap.file = file.As<Napi::String>().Utf8Value();
  return true;
}

Napi::Value BeginObserving(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RecursionGuard guard;
  if (!info[0].IsObject()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "observeBegin() takes an options object");
    return env.Undefined();
  }
  const Napi::Object object = info[0].As<Napi::Object>();
  const Napi::Value interval = object.Get("sampleInterval");
  const Napi::Value file = object.Get("stateFile");
  const double bytes = interval.IsNumber() ? interval.As<Napi::Number>().DoubleValue() : -1;
  if (!(bytes >= 0) || bytes > 9007199254740991.0 || std::floor(bytes) != bytes || !file.IsString()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "sampleInterval is a whole number of bytes, stateFile a path or \"\"");
    return env.Undefined();
  }
  capture::ObserverOptions options;
  options.sample_interval = static_cast<std::uint64_t>(bytes);
  options.state_file = file.As<Napi::String>().Utf8Value();
  if (!ReadCap(object.Get("hardCap"), options.cap)) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "hardCap is null, or { total, rss, ownsProcess, file }");
    return env.Undefined();
  }
  capture::IsolateState& state = State(env);
  state.SetObserver(nullptr);  // of a file that was not finished
  state.SetObserver(std::make_unique<Observer>(guard, state, options));
  return env.Undefined();
}

// observeMark(kind): straight to the observer, with nothing made on the heap.
Napi::Value MarkSpan(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  Observer* const observer = State(info.Env()).observer();
  if (observer == nullptr) return info.Env().Undefined();
  std::uint32_t kind = 0;
  if (napi_get_value_uint32(info.Env(), info[0], &kind) != napi_ok || kind > static_cast<std::uint32_t>(SpanKind::kShared)) {
    Throw(info.Env(), "MEMSPEC_INVALID_OPTION", "a span's kind is a number from 0 to 3");
    return info.Env().Undefined();
  }
  observer->Mark(guard, static_cast<SpanKind>(kind));
  return info.Env().Undefined();
}

Napi::Value BodyIsMeasured(const Napi::CallbackInfo& info) {
  Observer* const observer = State(info.Env()).observer();
  if (observer != nullptr) observer->BodyIsMeasured();
  return info.Env().Undefined();
}

// observeTest(name): what runs now, for whoever finds the worker dead. "": no test.
Napi::Value Test(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  Observer* const observer = State(info.Env()).observer();
  capture::StateFile* const file = observer == nullptr ? nullptr : observer->state_file();
  if (file == nullptr) return info.Env().Undefined();
  std::size_t length = 0;
  if (napi_get_value_string_utf8(info.Env(), info[0], file->name(), capture::StateFile::kNameBytes, &length) != napi_ok) {
    length = 0;
  }
  file->SetNameLength(static_cast<std::uint32_t>(length));
  return info.Env().Undefined();
}

// observeSnapshot(path): the heap as it is now, in no figure. False: it could not be written.
Napi::Value Snapshot(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  if (!info[0].IsString()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "observeSnapshot() takes a path");
    return env.Undefined();
  }
  const std::string path = info[0].As<Napi::String>().Utf8Value();
  return Napi::Boolean::New(env, heap::SnapshotToFile(own.guard(), State(env).isolate(), path));
}

Napi::Value EndObserving(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  capture::IsolateState& state = State(env);
  const OwnCall own(state);
  if (state.observer() == nullptr) return env.Null();
  const Observation seen = state.observer()->Finish(own.guard());
  state.SetObserver(nullptr);
  Napi::Object result = Napi::Object::New(env);
  result.Set("offHeap", Napi::Boolean::New(env, seen.off_heap));
  result.Set("file", Numbers<SpanFigures>(env, {seen.file}));
  result.Set("modules", seen.modules_known ? Numbers<SpanFigures>(env, {seen.modules}) : env.Null());
  result.Set("hooks", seen.hooks_known ? Numbers<SpanFigures>(env, {seen.hooks}) : env.Null());
  result.Set("bodies", Numbers(env, seen.bodies));
  result.Set("baseline", Numbers<TimelinePoint>(env, {seen.baseline}));
  result.Set("end", Numbers<TimelinePoint>(env, {seen.end}));
  result.Set("timeline", Numbers(env, seen.timeline));
  FrameTable table;
  Napi::Array stacks = Napi::Array::New(env, seen.stacks.size());
  for (std::size_t i = 0; i < seen.stacks.size(); ++i) {
    const Napi::HandleScope scope(env);
    Napi::Uint32Array stack = Napi::Uint32Array::New(env, seen.stacks[i].size());
    for (std::size_t at = 0; at < seen.stacks[i].size(); ++at) stack[at] = table.Add(seen.stacks[i][at]);
    stacks.Set(static_cast<std::uint32_t>(i), stack);
  }
  result.Set("frames", ToArray(env, table.frames()));
  result.Set("stacks", stacks);
  result.Set("sites", Numbers(env, Joined(seen.sites)));
  result.Set("heapSampler", Napi::String::New(env, ToString(seen.sampler)));
  Napi::Object truncated = Napi::Object::New(env);
  truncated.Set("bodiesDropped", Napi::Number::New(env, static_cast<double>(seen.bodies_dropped)));
  truncated.Set("samplesDropped", Napi::Number::New(env, static_cast<double>(seen.samples_dropped)));
  truncated.Set("heapSamplesDropped", Napi::Number::New(env, static_cast<double>(seen.heap_samples_dropped)));
  result.Set("truncated", truncated);
  result.Set("beganWallMs", Napi::Number::New(env, seen.began_wall_ms));
  return result;
}

}  // namespace

void ExportObserver(Napi::Env env, Napi::Object exports) {
  exports.Set("observeBegin", Napi::Function::New<BeginObserving>(env, "observeBegin"));
  exports.Set("observeMark", Napi::Function::New<MarkSpan>(env, "observeMark"));
  exports.Set("observeLimitedBody", Napi::Function::New<BodyIsMeasured>(env, "observeLimitedBody"));
  exports.Set("observeTest", Napi::Function::New<Test>(env, "observeTest"));
  exports.Set("observeSnapshot", Napi::Function::New<Snapshot>(env, "observeSnapshot"));
  exports.Set("observeEnd", Napi::Function::New<EndObserving>(env, "observeEnd"));
}

}  // namespace memspec::binding
