#include "binding/options.h"

#include <cmath>
#include <string>

namespace memspec::binding {

void Throw(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  error.ThrowAsJavaScriptException();
}

std::optional<capture::Options> ToOptions(const Napi::Value& value) {
  const Napi::Env env = value.Env();
  if (!value.IsObject()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "open() takes an options object");
    return std::nullopt;
  }
  const Napi::Object object = value.As<Napi::Object>();
  const Napi::Value interval = object.Get("sampleInterval");
  const double bytes = interval.IsNumber() ? interval.As<Napi::Number>().DoubleValue() : -1;
  if (!(bytes >= 0) || bytes > 9007199254740991.0 || std::floor(bytes) != bytes) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "sampleInterval is a whole number of bytes, 0 or more");
    return std::nullopt;
  }
  const Napi::Value threads = object.Get("threads");
  const std::string whose = threads.IsString() ? threads.As<Napi::String>().Utf8Value() : "";
  if (whose != "isolate" && whose != "process") {
    Throw(env, "MEMSPEC_INVALID_OPTION", "threads is \"isolate\" or \"process\"");
    return std::nullopt;
  }
  capture::Options options;
  options.sample_interval = static_cast<std::uint64_t>(bytes);
  options.whole_process = whose == "process";
  options.retained = object.Get("retained").ToBoolean().Value();
  options.settle = object.Get("settle").ToBoolean().Value();
  return options;
}

std::optional<std::uint32_t> ToHandle(const Napi::Value& value) {
  if (value.IsNumber()) {
    const double number = value.As<Napi::Number>().DoubleValue();
    if (number >= 0 && number <= 4294967295.0 && std::floor(number) == number) return static_cast<std::uint32_t>(number);
  }
  Throw(value.Env(), "MEMSPEC_INVALID_OPTION", "a measurement's handle is what open() returned");
  return std::nullopt;
}

}  // namespace memspec::binding
