// Exposes stacks and the heap sampler to JavaScript, for tests only. Loaded once per isolate (main thread, workers).
#include <node.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>

#include "base/recursion_guard.h"
#include "heap/sampler.h"
#include "hybrid.h"
#include "malloc_hook.h"
#include "stacks/code_record.h"
#include "stacks/stacks.h"

namespace {

using memspec::RecursionGuard;
using memspec::StackId;
using memspec::hooks::CallSite;
namespace stacks = memspec::stacks;

thread_local stacks::CodeMap* t_map __attribute__((tls_model("initial-exec"))) = nullptr;
thread_local v8::Isolate* t_isolate __attribute__((tls_model("initial-exec"))) = nullptr;
thread_local StackId t_last __attribute__((tls_model("initial-exec"))) = StackId::kNone;
thread_local memspec::heap::Sampler* t_sampler __attribute__((tls_model("initial-exec"))) = nullptr;
thread_local bool t_cleaned_up_later __attribute__((tls_model("initial-exec"))) = false;
thread_local unsigned long t_wanted_bytes __attribute__((tls_model("initial-exec"))) = 0;
std::atomic<bool> g_capture_all{false};
std::atomic<std::uint64_t> g_captures{0}, g_native_captures{0};

// The code of V8's SamplingHeapProfiler::SampleObject, from the program's symbol table; (0, 0) where it is missing.
std::uintptr_t g_sample_object = 0, g_sample_object_end = 0;

bool IsSampleObject(const void* caller) {
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  return address >= g_sample_object && address < g_sample_object_end;
}

void Observe(const RecursionGuard& guard, const CallSite& site, unsigned long bytes, bool inside) {
  if (t_sampler != nullptr && IsSampleObject(site.caller)) t_sampler->OnSample(guard, site);
  if (inside) return;
  if (t_map == nullptr) {
    if (g_capture_all.load(std::memory_order_relaxed)) {
      stacks::CaptureNative(guard, site);
      g_native_captures.fetch_add(1, std::memory_order_relaxed);
    }
    return;
  }
  const bool wanted = t_wanted_bytes != 0 && bytes == t_wanted_bytes;
  if (!wanted && !g_capture_all.load(std::memory_order_relaxed)) return;
  const StackId id = stacks::CaptureJavaScript(guard, t_isolate, *t_map, site);
  g_captures.fetch_add(1, std::memory_order_relaxed);
  if (wanted) t_last = id;
}

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

void StopHere() {
  if (t_map == nullptr) return;
  const RecursionGuard guard;
  delete t_sampler;
  t_sampler = nullptr;
  stacks::CodeMap* const map = t_map;
  t_map = nullptr;
  stacks::StopListening(guard, map);
}

void Listen(const Arguments& args) {
  const RecursionGuard guard;
  t_isolate = args.GetIsolate();
  if (t_map != nullptr) return;
  t_map = stacks::StartListening(guard, t_isolate);
  if (t_cleaned_up_later) return;
  t_cleaned_up_later = true;
  node::AddEnvironmentCleanupHook(t_isolate, [](void*) { StopHere(); }, nullptr);
}

// What listening costs V8 itself: a handler that does nothing.
void ListenIdly(const Arguments& args) {
  args.GetIsolate()->SetJitCodeEventHandler(v8::kJitCodeEventEnumExisting, [](const v8::JitCodeEvent*) {});
}

void Stop(const Arguments&) { StopHere(); }

void Capture(const Arguments& args) {
  StackId id = StackId::kNone;
  {
    const RecursionGuard guard;
    void* stack_pointer;
    asm volatile("mov %%rsp, %0" : "=r"(stack_pointer));
    if (t_map != nullptr) {
      id = stacks::CaptureJavaScript(guard, args.GetIsolate(), *t_map,
                                     {__builtin_return_address(0), __builtin_frame_address(0), stack_pointer});
    }
  }
  args.GetReturnValue().Set(static_cast<std::uint32_t>(id));
}

void AppendJson(std::string& out, const std::string& text) {
  out += '"';
  for (const unsigned char c : text) {
    char escape[8];
    if (c == '"' || c == '\\' || c < 0x20) {
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out += static_cast<char>(c);
    }
  }
  out += '"';
}

void AppendFrames(std::string& out, const std::vector<stacks::Frame>& frames) {
  static const char* const kKinds[] = {"javascript", "native", "builtin", "unknown"};
  out += '[';
  for (const stacks::Frame& f : frames) {
    if (out.back() != '[') out += ',';
    out += "{\"kind\":\"";
    out += kKinds[static_cast<int>(f.kind)];
    out += "\",\"function\":";
    AppendJson(out, f.function);
    out += ",\"url\":";
    AppendJson(out, f.url);
    char rest[160];
    std::snprintf(rest, sizeof rest, ",\"scriptId\":%d,\"line\":%d,\"column\":%d,\"lineIsFunction\":%s,\"inlined\":%s}",
                  f.script_id, f.line, f.column, f.line_is_function ? "true" : "false", f.inlined ? "true" : "false");
    out += rest;
  }
  out += ']';
}

void ReturnString(const Arguments& args, const std::string& text) {
  args.GetReturnValue().Set(
      v8::String::NewFromUtf8(args.GetIsolate(), text.data(), v8::NewStringType::kNormal, static_cast<int>(text.size()))
          .ToLocalChecked());
}

std::uint32_t Number(const Arguments& args, int i) { return args[i].As<v8::Uint32>()->Value(); }

void Resolve(const Arguments& args) {
  std::string out = "{\"frames\":";
  {
    const RecursionGuard guard;
    const stacks::Resolved resolved =
        stacks::Resolve(guard, args.GetIsolate(), *t_map, static_cast<StackId>(Number(args, 0)));
    AppendFrames(out, resolved.frames);
    out += resolved.truncated ? ",\"truncated\":true" : ",\"truncated\":false";
    out += resolved.native_missing ? ",\"nativeMissing\":true}" : ",\"nativeMissing\":false}";
  }
  ReturnString(args, out);
}

void SourceMapUrl(const Arguments& args) {
  std::string url;
  {
    const RecursionGuard guard;
    url = stacks::SourceMapUrl(guard, args.GetIsolate(), *t_map, static_cast<int>(Number(args, 0)));
  }
  ReturnString(args, url);
}

// check(): the stack as we see it and as V8's own stack trace has it, both as JSON: V8's comes from its deoptimisation data
// and is exact, inlined frames included.
void Check(const Arguments& args) {
  v8::Isolate* const isolate = args.GetIsolate();
  std::string out = "{\"ours\":";
  {
    const RecursionGuard guard;
    void* stack_pointer;
    asm volatile("mov %%rsp, %0" : "=r"(stack_pointer));
    const StackId id = stacks::CaptureHeapAllocation(
        guard, isolate, *t_map, {__builtin_return_address(0), __builtin_frame_address(0), stack_pointer});
    AppendFrames(out, stacks::Resolve(guard, isolate, *t_map, id).frames);
    std::vector<stacks::Frame> theirs;
    const auto trace = v8::StackTrace::CurrentStackTrace(isolate, 64, v8::StackTrace::kDetailed);
    for (int i = 0; i < trace->GetFrameCount(); ++i) {
      const auto frame = trace->GetFrame(isolate, static_cast<std::uint32_t>(i));
      const v8::String::Utf8Value name(isolate, frame->GetFunctionName());
      theirs.push_back({stacks::FrameKind::kJavaScript, *name == nullptr ? "" : *name, "", frame->GetScriptId(),
                        frame->GetLineNumber(), frame->GetColumn(), false, false});
    }
    out += ",\"theirs\":";
    AppendFrames(out, theirs);
    out += '}';
  }
  ReturnString(args, out);
}

// want(bytes): from now on remember the stack of the last allocation of exactly so many bytes; last() returns its id.
void Want(const Arguments& args) {
  probe::HookMalloc(&Observe);
  t_wanted_bytes = Number(args, 0);
  t_last = StackId::kNone;
}
void Last(const Arguments& args) { args.GetReturnValue().Set(static_cast<std::uint32_t>(t_last)); }

void CaptureAll(const Arguments& args) {
  probe::HookMalloc(&Observe);
  g_capture_all.store(args[0]->BooleanValue(args.GetIsolate()), std::memory_order_relaxed);
}

// sample(interval, keepCollected, startOfSampleObject, endOfIt)
void StartSampling(const Arguments& args) {
  probe::HookMalloc(&Observe);
  g_sample_object = args[2].As<v8::Number>()->Value();
  g_sample_object_end = args[3].As<v8::Number>()->Value();
  const RecursionGuard guard;
  if (t_sampler == nullptr) t_sampler = new memspec::heap::Sampler(args.GetIsolate(), *t_map);
  const auto state = t_sampler->Start(guard, Number(args, 0), args[1]->BooleanValue(args.GetIsolate()));
  args.GetReturnValue().Set(static_cast<std::uint32_t>(state));
}

void Position(const Arguments& args) { args.GetReturnValue().Set(static_cast<double>(t_sampler->Position())); }

// sites(begin, end)
void Sites(const Arguments& args) {
  std::string out = "{\"sites\":[";
  {
    const RecursionGuard guard;
    for (const auto& site : t_sampler->Sites(guard, Number(args, 0), Number(args, 1), true)) {
      if (out.back() != '[') out += ',';
      char text[120];
      std::snprintf(text, sizeof text, "{\"bytes\":%.3f,\"count\":%.3f,\"truncated\":%s,\"frames\":", site.bytes, site.count,
                    site.truncated ? "true" : "false");
      out += text;
      AppendFrames(out, site.frames);
      out += '}';
    }
    char text[120];
    std::snprintf(text, sizeof text, "],\"byLine\":%llu,\"byFunction\":%llu}",
                  static_cast<unsigned long long>(t_sampler->matched().by_line),
                  static_cast<unsigned long long>(t_sampler->matched().by_function));
    out += text;
  }
  ReturnString(args, out);
}

void StopSampling(const Arguments&) {
  const RecursionGuard guard;
  t_sampler->Stop(guard);
}

void Counts(const Arguments& args) {
  const stacks::TableState state = stacks::State();
  char text[200];
  std::snprintf(text, sizeof text, "{\"captures\":%llu,\"native\":%llu,\"stacks\":%llu,\"dropped\":%llu,\"ownBytes\":%llu,\"records\":%llu}",
                static_cast<unsigned long long>(g_captures.load()), static_cast<unsigned long long>(g_native_captures.load()),
                static_cast<unsigned long long>(state.stacks), static_cast<unsigned long long>(state.dropped),
                static_cast<unsigned long long>(state.own_bytes), static_cast<unsigned long long>(stacks::RecordsAlive()));
  ReturnString(args, text);
}

}  // namespace

namespace probe {
stacks::CodeMap* MapOfThread() { return t_map; }
v8::Isolate* IsolateOfThread() { return t_isolate; }
}  // namespace probe

NODE_MODULE_INIT() {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const auto set = [&](const char* name, v8::FunctionCallback callback) {
    exports
        ->Set(context, v8::String::NewFromUtf8(isolate, name).ToLocalChecked(),
              v8::Function::New(context, callback).ToLocalChecked())
        .Check();
  };
  (void)module;
  set("listen", Listen);
  set("listenIdly", ListenIdly);
  set("stop", Stop);
  set("capture", Capture);
  set("resolve", Resolve);
  set("check", Check);
  set("sourceMapUrl", SourceMapUrl);
  set("want", Want);
  set("last", Last);
  set("captureAll", CaptureAll);
  set("sample", StartSampling);
  set("position", Position);
  set("sites", Sites);
  set("stopSampling", StopSampling);
  set("counts", Counts);
  probe::AddHybrid(context, exports);
}
