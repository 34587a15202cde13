// The hooks as an addon of their own, for tests. One binary per Node, because the buffer tap knows V8's classes.
#include <node_api.h>
#include <v8.h>

#include <cstring>

#include "counting_sink.h"
#include "hooks/buffer_tap.h"
#include "hooks/hooks.h"

namespace {

using namespace memspec;
using namespace memspec::hooks;

constexpr const char* kSpaceNames[] = {"heap", "buffers", "native", "engine"};

napi_value Number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}
napi_value Boolean(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}
void Set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}
napi_value Object(napi_env env) {
  napi_value object;
  napi_create_object(env, &object);
  return object;
}
bool Flag(napi_env env, napi_value value) {
  bool flag = false;
  napi_get_value_bool(env, value, &flag);
  return flag;
}

struct Arguments {
  Arguments(napi_env env, napi_callback_info info) {
    std::size_t count = 4;
    napi_get_cb_info(env, info, &count, at, nullptr, nullptr);
  }
  napi_value at[4] = {};
};

napi_value InstallHooks(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  const InstallResult result = Install(Flag(env, arguments.at[0]) ? counter::EmptySink() : counter::CountingSink());
  napi_value object = Object(env);
  Set(env, object, "ok", Boolean(env, result.ok));
  if (result.missing != nullptr) {
    napi_value missing;
    napi_create_string_utf8(env, result.missing, NAPI_AUTO_LENGTH, &missing);
    Set(env, object, "missing", missing);
  }
  Set(env, object, "slots", Number(env, result.slots));
  Set(env, object, "objects", Number(env, result.objects));
  Set(env, object, "engineSymbols", Boolean(env, result.engine_symbols));
  Set(env, object, "heapSampleSymbol", Boolean(env, result.heap_sample_symbol));
  return object;
}

napi_value RemoveHooks(napi_env, napi_callback_info) {
  Remove();
  return nullptr;
}

napi_value IsInstalled(napi_env env, napi_callback_info) { return Boolean(env, Installed()); }

napi_value ResetCounts(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  counter::Reset(Flag(env, arguments.at[0]), Flag(env, arguments.at[1]));
  return nullptr;
}

napi_value TotalsObject(napi_env env, const counter::Totals& totals) {
  napi_value object = Object(env);
  Set(env, object, "count", Number(env, static_cast<double>(totals.count)));
  Set(env, object, "bytes", Number(env, static_cast<double>(totals.bytes)));
  return object;
}

napi_value ReadCounts(napi_env env, napi_callback_info) {
  const counter::Figures figures = counter::Read();
  napi_value result = Object(env);
  for (int space = 0; space < kSpaceCount; space++) {
    napi_value object = Object(env);
    Set(env, object, "allocated", TotalsObject(env, figures.by_space[space]));
    Set(env, object, "freed", TotalsObject(env, figures.freed[space]));
    Set(env, object, "mapped", TotalsObject(env, figures.mapped[space]));
    Set(env, object, "reserved", TotalsObject(env, figures.reserved[space]));
    Set(env, object, "liveBytes", Number(env, static_cast<double>(figures.live_bytes[space])));
    Set(env, object, "peakBytes", Number(env, static_cast<double>(figures.peak_bytes[space])));
    napi_value functions = Object(env);
    for (int f = 0; f <= kFunctionCount; f++) {
      if (figures.by_function[space][f].count == 0) continue;
      Set(env, functions, NameOf(static_cast<Function>(f)), TotalsObject(env, figures.by_function[space][f]));
    }
    Set(env, object, "functions", functions);
    Set(env, result, kSpaceNames[space], object);
  }
  Set(env, result, "unmapped", TotalsObject(env, figures.unmapped));
  Set(env, result, "unmappedByOthers", TotalsObject(env, figures.unmapped_by_others));
  Set(env, result, "restored", Number(env, static_cast<double>(figures.restored)));
  Set(env, result, "heapSamples", Number(env, static_cast<double>(figures.heap_samples)));
  Set(env, result, "unknownFrees", Number(env, static_cast<double>(figures.unknown_frees)));
  Set(env, result, "liveBlocks", Number(env, static_cast<double>(figures.live_blocks)));
  Set(env, result, "truncated", Boolean(env, figures.truncated));
  return result;
}

napi_value ReadEvents(napi_env env, napi_callback_info) {
  const counter::LogEntry* entries;
  const std::size_t count = counter::ReadLog(&entries);
  napi_value list;
  napi_create_array_with_length(env, count, &list);
  for (std::size_t i = 0; i < count; i++) {
    const counter::LogEntry& entry = entries[i];
    napi_value object = Object(env), name, frames;
    napi_create_string_utf8(env, kSpaceNames[static_cast<int>(entry.space)], NAPI_AUTO_LENGTH, &name);
    Set(env, object, "space", name);
    napi_create_string_utf8(env, NameOf(entry.function), NAPI_AUTO_LENGTH, &name);
    Set(env, object, "function", name);
    Set(env, object, "bytes", Number(env, static_cast<double>(entry.bytes)));
    Set(env, object, "mainThread", Boolean(env, entry.main_thread));
    napi_create_array(env, &frames);
    for (int f = 0; f < counter::kLoggedFrames && entry.frames[f] != 0; f++) {
      napi_set_element(env, frames, static_cast<std::uint32_t>(f), Number(env, static_cast<double>(entry.frames[f])));
    }
    Set(env, object, "frames", frames);
    napi_set_element(env, list, static_cast<std::uint32_t>(i), object);
  }
  return list;
}

napi_value TapBuffers(napi_env env, napi_callback_info) {
  return Boolean(env, TapBufferAllocator(v8::Isolate::GetCurrent()));
}

napi_value UntapBuffers(napi_env, napi_callback_info) {
  UntapBufferAllocator(v8::Isolate::GetCurrent());
  return nullptr;
}

napi_value SetSinkErrno(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  std::int32_t value = 0;
  napi_get_value_int32(env, arguments.at[0], &value);
  counter::SetErrnoInSink(value);
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {{"install", InstallHooks}, {"remove", RemoveHooks},  {"installed", IsInstalled},
                   {"reset", ResetCounts},    {"counts", ReadCounts},   {"events", ReadEvents},
                   {"setSinkErrno", SetSinkErrno}, {"tap", TapBuffers},
                   {"untap", UntapBuffers}};
  for (const auto& entry : functions) {
    napi_value function;
    napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, nullptr, &function);
    napi_set_named_property(env, exports, entry.name, function);
  }
  return exports;
}
