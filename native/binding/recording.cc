#include "binding/recording.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>

#include "base/own_memory.h"
#include "binding/options.h"
#include "binding/own_call.h"
#include "capture/recording_control.h"
#include "hooks/function_list.h"

namespace memspec::binding {

namespace {

using recording::Reason;

// recordingFacts(): what a capture's first chunk says of this machine.
Napi::Value Facts(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  Napi::Object facts = Napi::Object::New(env);
  Napi::Array allocators = Napi::Array::New(env);
  allocators.Set(0u, Napi::String::New(env, ""));
  for (int i = 0; i <= hooks::kFunctionCount; ++i) {
    allocators.Set(static_cast<std::uint32_t>(i + 1), Napi::String::New(env, hooks::NameOf(static_cast<hooks::Function>(i))));
  }
  facts.Set("allocators", allocators);
  facts.Set("pageBytes", Napi::Number::New(env, static_cast<double>(PageSize())));
  facts.Set("heapLifetimes", Napi::Boolean::New(env, capture::FindHeapLifetimes(own.guard(), State(env))));
  return facts;
}

std::optional<std::uint64_t> Whole(const Napi::Value& value, double least, double most) {
  if (!value.IsNumber()) return std::nullopt;
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= least) || number > most || std::floor(number) != number) return std::nullopt;
  return static_cast<std::uint64_t>(number);
}

std::optional<capture::RecordingOptions> ToRecordingOptions(const Napi::Value& value) {
  const Napi::Env env = value.Env();
  if (value.IsObject()) {
    const Napi::Object object = value.As<Napi::Object>();
    const Napi::Value file = object.Get("file");
    const Napi::Value meta = object.Get("meta");
    const auto heap = Whole(object.Get("heapInterval"), 0, 9007199254740991.0);
    const auto timeline = Whole(object.Get("timelineIntervalMs"), 1, 1e9);
    if (file.IsString() && meta.IsString() && heap && timeline) {
      capture::RecordingOptions options;
      options.file = file.As<Napi::String>().Utf8Value();
      options.meta = meta.As<Napi::String>().Utf8Value();
      options.overwrite = object.Get("overwrite").ToBoolean().Value();
      options.sums = object.Get("aggregate").ToBoolean().Value();
      options.native_stacks = object.Get("nativeStacks").ToBoolean().Value();
      options.heap_interval = *heap;
      options.timeline_interval_ms = static_cast<std::uint32_t>(*timeline);
      return options;
    }
  }
  Throw(env, "MEMSPEC_INVALID_OPTION", "recordingStart() takes { file, meta, heapInterval, timelineIntervalMs, … }");
  return std::nullopt;
}

Napi::Value Start(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const auto options = ToRecordingOptions(info[0]);
  if (!options) return env.Undefined();
  const recording::Begun begun = capture::StartRecording(own.guard(), State(env), *options);
  if (begun.ok) return env.Undefined();
  if (begun.already) {
    Throw(env, "MEMSPEC_RECORDING_OPEN", "this process is being recorded already");
  } else if (begun.error == EEXIST) {
    Throw(env, "MEMSPEC_FILE_EXISTS", "the file is there already");
  } else {
    Throw(env, "MEMSPEC_FILE_UNWRITABLE", std::strerror(begun.error));
  }
  return env.Undefined();
}

const char* ToString(Reason reason) {
  switch (reason) {
    case Reason::kExit: return "exit";
    case Reason::kStop: return "stop";
    case Reason::kFull: return "full";
    case Reason::kSlow: return "slow";
  }
  return "stop";
}

// recordingStop(exit, exitCode): null when there is none.
Napi::Value Stop(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  if (!recording::Open()) return env.Null();
  const bool exit = info[0].ToBoolean().Value();
  const bool code_known = info[1].IsNumber();
  const int code = code_known ? info[1].As<Napi::Number>().Int32Value() : 0;
  const recording::Summary summary =
      capture::StopRecording(own.guard(), exit ? Reason::kExit : Reason::kStop, code_known, code);
  Napi::Object result = Napi::Object::New(env);
  const auto set = [&](const char* name, std::uint64_t value) {
    result.Set(name, Napi::Number::New(env, static_cast<double>(value)));
  };
  set("bytes", summary.bytes);
  set("events", summary.events);
  result.Set("reason", Napi::String::New(env, ToString(summary.reason)));
  result.Set("error", Napi::String::New(env, summary.error == 0 ? "" : std::strerror(summary.error)));
  set("droppedStacks", summary.dropped_stacks);
  set("droppedBlocks", summary.dropped_blocks);
  set("unknownFrees", summary.unknown_frees);
  set("droppedBytes", summary.dropped_bytes);
  return result;
}

Napi::Value IsOpen(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), recording::Open()); }

}  // namespace

void ExportRecording(Napi::Env env, Napi::Object exports) {
  exports.Set("recordingFacts", Napi::Function::New<Facts>(env, "recordingFacts"));
  exports.Set("recordingStart", Napi::Function::New<Start>(env, "recordingStart"));
  exports.Set("recordingStop", Napi::Function::New<Stop>(env, "recordingStop"));
  exports.Set("recordingIsOpen", Napi::Function::New<IsOpen>(env, "recordingIsOpen"));
}

}  // namespace memspec::binding
