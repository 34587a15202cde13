#include "hybrid.h"

#include <dlfcn.h>

#include <atomic>
#include <ctime>
#include <string>

#include "hooks/hook.h"
#include "hooks/hooks.h"
#include "stacks/code_map.h"
#include "stacks/modules.h"
#include "stacks/stack_table.h"

namespace probe {
namespace {

using memspec::RecursionGuard;
using memspec::Space;
using memspec::StackId;
namespace hooks = memspec::hooks;
namespace stacks = memspec::stacks;

std::atomic<bool> g_all{false}, g_check{false}, g_only_javascript{false};
std::atomic<unsigned long> g_wanted_bytes{0};
std::atomic<std::uint32_t> g_last{0};
std::atomic<std::uint64_t> g_captures{0}, g_native_captures{0}, g_truncated{0}, g_native_missing{0}, g_frames{0}, g_differing{0}, g_pair{0};

// Most captures find what earlier ones left.
constexpr std::uint64_t kCheckedOf = 7;

StackId Capture(const RecursionGuard& guard, const hooks::CallSite& site) {
  if (g_only_javascript.load(std::memory_order_relaxed) && MapOfThread() != nullptr) {
    return stacks::CaptureRepeated(guard, IsolateOfThread(), *MapOfThread(), site);
  }
  return stacks::CaptureHybrid(guard, IsolateOfThread(), MapOfThread(), site);
}

// There V8 gives no frames of JavaScript, which the stack of a moment before has.
bool InCollection(const hooks::CallSite& site) {
  v8::RegisterState registers;
  registers.pc = site.caller;
  registers.sp = site.stack_pointer;
  registers.fp = site.frame_pointer;
  void* frame = nullptr;
  v8::SampleInfo info;
  IsolateOfThread()->GetStackSample(registers, &frame, 1, &info);
  return info.vm_state == v8::GC;
}

void Allocated(const RecursionGuard& guard, const hooks::AllocationEvent& event) {
  const bool wanted = event.bytes == g_wanted_bytes.load(std::memory_order_relaxed) && event.bytes != 0;
  if (!wanted && !g_all.load(std::memory_order_relaxed)) return;
  const StackId id = Capture(guard, event.site);
  if (wanted) g_last.store(static_cast<std::uint32_t>(id), std::memory_order_relaxed);
  if (g_check.load(std::memory_order_relaxed) && MapOfThread() != nullptr && g_captures.load(std::memory_order_relaxed) % kCheckedOf == 0) {
    MapOfThread()->ForgetWalks();  // the whole stack is walked, or V8 asked for all of it
    const StackId whole = g_only_javascript.load(std::memory_order_relaxed)
                              ? stacks::CaptureJavaScript(guard, IsolateOfThread(), *MapOfThread(), event.site)
                              : Capture(guard, event.site);
    if (whole != id && !InCollection(event.site)) {
      g_differing.fetch_add(1, std::memory_order_relaxed);
      g_pair.store(static_cast<std::uint64_t>(whole) << 32 | static_cast<std::uint64_t>(id), std::memory_order_relaxed);
    }
  }
  const stacks::StackView stack = stacks::StackOf(id);
  (MapOfThread() == nullptr ? g_native_captures : g_captures).fetch_add(1, std::memory_order_relaxed);
  g_frames.fetch_add(stack.frames.size(), std::memory_order_relaxed);
  if (stack.marks.truncated) g_truncated.fetch_add(1, std::memory_order_relaxed);
  if (stack.marks.native_missing) g_native_missing.fetch_add(1, std::memory_order_relaxed);
}

constexpr hooks::Sink kSink = {
    [](const void*) {},
    Allocated,
    [](const RecursionGuard&, void*) { return hooks::FreedBlock{}; },
    [](const RecursionGuard&) {},
    [](const RecursionGuard&, void*, const hooks::FreedBlock&) {},
    [](const RecursionGuard&, const hooks::MappingEvent&) {},
    [](const RecursionGuard&, void*, std::size_t) {},
    [](const RecursionGuard&, void*, std::size_t, bool, const hooks::CallSite&) {},
    [](const RecursionGuard&, int, const hooks::CallSite&) {},
    [](const RecursionGuard&, void*) {},
};

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

void Return(const Arguments& args, const std::string& text) {
  args.GetReturnValue().Set(
      v8::String::NewFromUtf8(args.GetIsolate(), text.data(), v8::NewStringType::kNormal, static_cast<int>(text.size()))
          .ToLocalChecked());
}

void Install(const Arguments& args) { args.GetReturnValue().Set(hooks::Install(kSink).ok); }
void Want(const Arguments& args) {
  g_wanted_bytes.store(args[0].As<v8::Uint32>()->Value());
  g_last.store(0);
}
void Last(const Arguments& args) { args.GetReturnValue().Set(g_last.load()); }
// all(on, check?, onlyJavaScript?)    check: some stacks are captured a second time, without what is remembered of those before
void All(const Arguments& args) {
  g_check.store(args[1]->BooleanValue(args.GetIsolate()));
  g_only_javascript.store(args[2]->BooleanValue(args.GetIsolate()));
  g_all.store(args[0]->BooleanValue(args.GetIsolate()));
}

void Counts(const Arguments& args) {
  const auto number = [](const std::atomic<std::uint64_t>& n) { return std::to_string(n.load()); };
  Return(args, "{\"captures\":" + number(g_captures) + ",\"native\":" + number(g_native_captures) + ",\"truncated\":" +
                   number(g_truncated) + ",\"nativeMissing\":" + number(g_native_missing) + ",\"frames\":" + number(g_frames) + ",\"differing\":" + number(g_differing) + ",\"pair\":" + number(g_pair) +
                   ",\"stacks\":" + std::to_string(stacks::State().stacks) + "}");
}

// The native frames of a stack: [{module, offset, symbol}], and all known modules.
void Natives(const Arguments& args) {
  const RecursionGuard guard;
  std::string out = "[";
  for (const stacks::FrameKey key : stacks::StackOf(static_cast<StackId>(args[0].As<v8::Uint32>()->Value())).frames) {
    if (!key.is_native()) continue;
    if (out.size() > 1) out += ',';
    const std::uint32_t number = stacks::ModuleOf(key.native_address() - 1);
    const hooks::Module* const module = hooks::ModuleAt(number);
    out += "{\"module\":\"";
    if (module != nullptr) out += std::string(module->path, module->path_bytes);
    out += "\",\"buildId\":\"" + (module == nullptr ? "" : stacks::BuildIdOf(*module)) + "\",\"offset\":" +
           std::to_string(key.native_address() - (module == nullptr ? 0 : module->bias)) + ",\"symbol\":\"" +
           stacks::DynamicSymbolOf(guard, key.native_address()) + "\"}";
  }
  Return(args, out + "]");
}

// programSymbols(count): so many addresses of the program, and how many of them have another symbol than the loader says.
void ProgramSymbols(const Arguments& args) {
  const RecursionGuard guard;
  const auto count = args[0].As<v8::Uint32>()->Value();
  const hooks::Module& program = *hooks::ModuleAt(0);
  std::uint32_t named = 0, differing = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uintptr_t address = program.range.begin + (program.range.end - program.range.begin) / count * i;
    Dl_info info;
    const bool found = dladdr(reinterpret_cast<const void*>(address), &info) != 0 && info.dli_sname != nullptr;
    const std::string symbol = stacks::DynamicSymbolOf(guard, address + 1);
    named += found ? 1 : 0;
    differing += symbol != (found ? info.dli_sname : "") ? 1 : 0;
  }
  Return(args, "{\"named\":" + std::to_string(named) + ",\"differing\":" + std::to_string(differing) + "}");
}

// time(count): nanoseconds of processor time for each capture here.
void Time(const Arguments& args) {
  const RecursionGuard guard;
  const std::uint32_t count = args[0].As<v8::Uint32>()->Value();
  timespec from, to;
  StackId id = StackId::kNone;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
  for (std::uint32_t i = 0; i < count; ++i) id = Capture(guard, MEMSPEC_CALL_SITE());
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
  const double ns = static_cast<double>(to.tv_sec - from.tv_sec) * 1e9 + static_cast<double>(to.tv_nsec - from.tv_nsec);
  Return(args, "{\"nanoseconds\":" + std::to_string(ns / count) +
                   ",\"frames\":" + std::to_string(stacks::StackOf(id).frames.size()) + "}");
}

}  // namespace

void AddHybrid(v8::Local<v8::Context> context, v8::Local<v8::Object> exports) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::Local<v8::Object> hybrid = v8::Object::New(isolate);
  const auto set = [&](const char* name, v8::FunctionCallback callback) {
    hybrid->Set(context, v8::String::NewFromUtf8(isolate, name).ToLocalChecked(),
                v8::Function::New(context, callback).ToLocalChecked()).Check();
  };
  set("install", Install);
  set("want", Want);
  set("last", Last);
  set("all", All);
  set("counts", Counts);
  set("natives", Natives);
  set("programSymbols", ProgramSymbols);
  set("time", Time);
  exports->Set(context, v8::String::NewFromUtf8(isolate, "hybrid").ToLocalChecked(), hybrid).Check();
}

}  // namespace probe
