#include "binding/graph_binding.h"

#include <v8-profiler.h>
#include <v8-wasm.h>

#include <cstring>
#include <memory>
#include <string>

#include "binding/graph_jobs.h"
#include "binding/graph_report.h"
#include "binding/options.h"
#include "binding/own_call.h"
#include "heap/own_graph.h"

namespace memspec::binding {

namespace {

const graph::Heap* FindHeap(const Napi::CallbackInfo& info) {
  const std::optional<std::uint32_t> handle = ToHandle(info[0]);
  if (!handle) return nullptr;
  const graph::Heap* const heap = State(info.Env()).graphs().Find(*handle);
  if (heap == nullptr) Throw(info.Env(), "MEMSPEC_INVALID_OPTION", "this graph was closed, or never was");
  return heap;
}

void ThrowNoMemory(Napi::Env env) {
  ThrowProblem(env, "the heap could not be taken apart", {graph::ReadError::kNoMemory, "there is no memory for it"});
}

Napi::Value TakeGraph(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  graph::ReadProblem problem;
  std::unique_ptr<graph::Graph> graph = heap::TakeGraph(own.guard(), State(env).isolate(), &problem);
  if (graph == nullptr) {
    ThrowProblem(env, "the heap could not be read", problem);
    return env.Undefined();
  }
  std::unique_ptr<graph::Heap> heap = graph::Heap::Of(std::move(graph));
  if (heap == nullptr) {
    ThrowNoMemory(env);
    return env.Undefined();
  }
  return Napi::Number::New(env, State(env).graphs().Add(std::move(heap)));
}

Napi::Value GraphSummary(const Napi::CallbackInfo& info) {
  const OwnCall own(State(info.Env()));
  const graph::Heap* const heap = FindHeap(info);
  if (heap == nullptr) return info.Env().Undefined();
  return GraphReport(info.Env(), *heap).Summary();
}

Napi::Value GraphGroups(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const graph::Heap* const heap = FindHeap(info);
  if (heap == nullptr) return env.Undefined();
  const std::optional<graph::GroupQuery> query = ToGroupQuery(info[1]);
  if (!query) return env.Undefined();
  graph::Groups groups;
  if (!graph::FindGroups(*heap, *query, &groups)) {
    ThrowNoMemory(env);
    return env.Undefined();
  }
  return GraphReport(env, *heap).Groups(groups);
}

Napi::Value GraphPaths(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const graph::Heap* const heap = FindHeap(info);
  if (heap == nullptr) return env.Undefined();
  const std::optional<std::vector<graph::ObjectId>> ids = ToObjectIds(info[1], "objectIds");
  if (!ids) return env.Undefined();
  const std::optional<graph::PathOptions> options = ToPathOptions(info[2]);
  if (!options) return env.Undefined();
  graph::Paths paths(heap->graph(), heap->known(), heap->retention(), heap->scopes());
  if (!paths.Find(*options)) {
    ThrowNoMemory(env);
    return env.Undefined();
  }
  const graph::Steps steps(heap->graph(), heap->known(), heap->scopes(), heap->describer(), paths);
  const GraphReport report(env, *heap);
  Napi::Array result = Napi::Array::New(env, ids->size());
  for (std::uint32_t i = 0; i < ids->size(); ++i) {
    const Napi::HandleScope scope(env);
    const graph::Node node = heap->graph().Find((*ids)[i]);
    const bool found = node != graph::kNoIndex && paths.Reached(node);
    result.Set(i, found ? report.Path(steps.PathTo(node)) : env.Null());
  }
  return result;
}

// What a WebAssembly.Memory of this isolate has; 0: it is none, or is gone. Makes its buffer, as the program does when it asks for it.
std::uint64_t MemoryBytes(v8::Isolate* isolate, graph::ObjectId id) {
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Value> value = isolate->GetHeapProfiler()->FindObjectById(id);
  if (value.IsEmpty() || !value->IsWasmMemoryObject()) return 0;
  return value.As<v8::WasmMemoryObject>()->Buffer()->ByteLength();
}

Napi::Value BiggestBuffer(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const graph::Heap* const heap = FindHeap(info);
  if (heap == nullptr) return env.Undefined();
  const std::optional<graph::PathOptions> options = ToPathOptions(info[1]);
  if (!options) return env.Undefined();
  graph::BigBuffer buffer;
  v8::Isolate* const isolate = State(env).isolate();
  const auto memory_bytes = [isolate](graph::ObjectId id) { return MemoryBytes(isolate, id); };
  if (!graph::FindBiggestBuffer(*heap, *options, memory_bytes, &buffer)) {
    ThrowNoMemory(env);
    return env.Undefined();
  }
  return GraphReport(env, *heap).BiggestBuffer(buffer);
}

Napi::Value StoreBytes(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const graph::Heap* const heap = FindHeap(info);
  if (heap == nullptr) return env.Undefined();
  const std::optional<std::vector<graph::ObjectId>> ids = ToObjectIds(info[1], "objectIds");
  if (!ids) return env.Undefined();
  Napi::Array result = Napi::Array::New(env, ids->size());
  for (std::uint32_t i = 0; i < ids->size(); ++i) {
    const std::optional<std::uint64_t> bytes = graph::StoreBytes(*heap, (*ids)[i]);
    result.Set(i, bytes ? Napi::Value(Napi::Number::New(env, static_cast<double>(*bytes))) : env.Null());
  }
  return result;
}

Napi::Value ObjectId(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  if (!info[0].IsObject() && !info[0].IsFunction() && !info[0].IsSymbol()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "objectId() takes an object, a function or a symbol");
    return env.Undefined();
  }
  // napi_value is the address that a v8::Local holds.
  const napi_value value = info[0];
  v8::Local<v8::Value> local;
  static_assert(sizeof local == sizeof value);
  std::memcpy(static_cast<void*>(&local), &value, sizeof value);
  const v8::SnapshotObjectId id = State(env).isolate()->GetHeapProfiler()->GetObjectId(local);
  if (id == v8::HeapProfiler::kUnknownObjectId) return env.Null();
  return Napi::Number::New(env, id);
}

Napi::Value CloseGraph(const Napi::CallbackInfo& info) {
  const RecursionGuard guard;
  const std::optional<std::uint32_t> handle = ToHandle(info[0]);
  if (handle) State(info.Env()).graphs().Remove(*handle);
  return info.Env().Undefined();
}

// What both functions on files take last.
bool ToFileQuery(const Napi::Value& value, graph::PathOptions* options, std::size_t* limit) {
  std::optional<graph::PathOptions> paths = ToPathOptions(value);
  if (!paths) return false;
  const std::optional<std::size_t> most = ToLimit(value.As<Napi::Object>().Get("limit"));
  if (!most) return false;
  *options = std::move(*paths);
  *limit = *most;
  return true;
}

Napi::Value AnalyzeSnapshotFile(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RecursionGuard guard;
  FileQuery query;
  if (!info[0].IsString()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "analyzeSnapshotFile() takes a path and a query");
    return env.Undefined();
  }
  if (!ToFileQuery(info[1], &query.paths, &query.limit)) return env.Undefined();
  query.files = {info[0].As<Napi::String>().Utf8Value()};
  return AnalyseInBackground(env, std::move(query));
}

Napi::Value DiffSnapshotFiles(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RecursionGuard guard;
  FileQuery query;
  if (!info[0].IsString() || !info[1].IsString()) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "diffSnapshotFiles() takes two paths and a query");
    return env.Undefined();
  }
  if (!ToFileQuery(info[2], &query.paths, &query.limit)) return env.Undefined();
  query.files = {info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::String>().Utf8Value()};
  return CompareInBackground(env, std::move(query));
}

}  // namespace

void AddGraphFunctions(Napi::Env env, Napi::Object exports) {
  exports.Set("takeGraph", Napi::Function::New<TakeGraph>(env, "takeGraph"));
  exports.Set("graphSummary", Napi::Function::New<GraphSummary>(env, "graphSummary"));
  exports.Set("graphGroups", Napi::Function::New<GraphGroups>(env, "graphGroups"));
  exports.Set("graphPaths", Napi::Function::New<GraphPaths>(env, "graphPaths"));
  exports.Set("biggestBuffer", Napi::Function::New<BiggestBuffer>(env, "biggestBuffer"));
  exports.Set("storeBytes", Napi::Function::New<StoreBytes>(env, "storeBytes"));
  exports.Set("objectId", Napi::Function::New<ObjectId>(env, "objectId"));
  exports.Set("closeGraph", Napi::Function::New<CloseGraph>(env, "closeGraph"));
  exports.Set("analyzeSnapshotFile", Napi::Function::New<AnalyzeSnapshotFile>(env, "analyzeSnapshotFile"));
  exports.Set("diffSnapshotFiles", Napi::Function::New<DiffSnapshotFiles>(env, "diffSnapshotFiles"));
}

}  // namespace memspec::binding
