#include "stacks/script_index.h"

#include <algorithm>

namespace memspec::stacks {
namespace {

std::string Utf8(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  if (value.IsEmpty() || !value->IsString()) return "";
  const v8::String::Utf8Value text(isolate, value);
  return *text == nullptr ? "" : std::string(*text, static_cast<std::size_t>(text.length()));
}

TaggedPointer ObjectOf(const v8::Global<v8::UnboundScript>& handle) {
  static_assert(sizeof handle == sizeof(TaggedPointer*));
  const TaggedPointer* slot;
  std::memcpy(static_cast<void*>(&slot), &handle, sizeof slot);
  return *slot;
}

// Collisions are told apart by whoever looks up: a key only finds candidates.
std::uint64_t FunctionKey(int script_id, int line, int column) {
  std::uint64_t key = 0;
  for (const int part : {script_id, line, column}) {
    key = (key + static_cast<std::uint32_t>(part)) * 0x9e3779b97f4a7c15u;
    key ^= key >> 32;
  }
  return key;
}

}  // namespace

const ScriptInfo& ScriptIndex::ScriptOf(v8::Isolate* isolate, int script_id, v8::Local<v8::UnboundScript> handle) {
  const auto [it, fresh] = scripts_.try_emplace(script_id);
  if (fresh) {
    ScriptInfo& info = it->second;
    info.name = Utf8(isolate, handle->GetScriptName());
    info.source_url = Utf8(isolate, handle->GetSourceURL());
    info.url = std::make_shared<const std::string>(info.name.empty() ? info.source_url : info.name);
  }
  return it->second;
}

std::shared_ptr<const std::string> ScriptIndex::UrlOf(int script_id) const {
  const auto it = scripts_.find(script_id);
  return it == scripts_.end() ? nullptr : it->second.url;
}

int ScriptIndex::LatestOf(const std::string& url) const {
  int latest = -1;
  for (const auto& [id, script] : scripts_) {
    if (id > latest && script.url != nullptr && *script.url == url) latest = id;
  }
  return latest;
}

void ScriptIndex::Add(int script_id, CodeId bytecode) {
  ScriptInfo& script = scripts_[script_id];
  if (script.functions.size() >= script.prune_at) {
    Prune(script_id, script);
    script.prune_at = std::max<std::size_t>(64, script.functions.size() * 2);
  }
  script.functions.push_back(bytecode);
}

void ScriptIndex::Prune() {
  for (auto it = scripts_.begin(); it != scripts_.end();) {
    Prune(it->first, it->second);
    it = it->second.functions.empty() ? scripts_.erase(it) : std::next(it);
  }
  const auto gone = [&](const auto& entry) { return RecordOf(entry.second).owner != &owner_; };
  std::erase_if(functions_, gone);
  std::erase_if(objects_, gone);
}

bool ScriptIndex::Owns(CodeId id, int script_id) const {
  const CodeRecord& record = RecordOf(id);
  return record.owner == &owner_ && record.script_id == script_id;
}

v8::Local<v8::UnboundScript> ScriptIndex::HandleOf(v8::Isolate* isolate, int script_id) const {
  const auto it = scripts_.find(script_id);
  if (it == scripts_.end()) return {};
  for (auto f = it->second.functions.rbegin(); f != it->second.functions.rend(); ++f) {
    if (Owns(*f, script_id) && !RecordOf(*f).script.IsEmpty()) return RecordOf(*f).script.Get(isolate);
  }
  return {};
}

void ScriptIndex::Prune(int script_id, ScriptInfo& script) {
  std::erase_if(script.functions, [&](CodeId f) { return !Owns(f, script_id); });
  script.indexed = 0;
}

void ScriptIndex::Index(int script_id, ScriptInfo& script) {
  for (; script.indexed < script.functions.size(); ++script.indexed) {
    const CodeId id = script.functions[script.indexed];
    const CodeRecord& record = RecordOf(id);
    if (!Owns(id, script_id) || record.script.IsEmpty()) continue;
    functions_[FunctionKey(script_id, record.line, record.column)] = id;
    objects_[ObjectOf(record.script)] = id;
  }
}

CodeId ScriptIndex::BytecodeOfObject(int script_id, v8::Local<v8::UnboundScript> function) {
  const auto script = scripts_.find(script_id);
  if (script == scripts_.end()) return CodeId::kNone;
  ScriptInfo& info = script->second;
  for (;;) {
    Index(script_id, info);
    const auto it = objects_.find(ObjectOf(function));
    if (it != objects_.end() && Owns(it->second, script_id) && RecordOf(it->second).script == function) return it->second;
    // Moved, or never seen. Objects move rarely, so the index is made anew at most once for each doubling.
    if (info.functions.size() < info.reindex_at) return CodeId::kNone;
    info.reindex_at = std::max<std::size_t>(1, info.functions.size() * 2);  // also of a script none of whose functions is known any more
    info.indexed = 0;
  }
}

CodeId ScriptIndex::BytecodeOf(int script_id, int line, int column) {
  if (const auto script = scripts_.find(script_id); script != scripts_.end()) Index(script_id, script->second);
  const auto it = functions_.find(FunctionKey(script_id, line, column));
  if (it == functions_.end() || !Owns(it->second, script_id)) return CodeId::kNone;
  const CodeRecord& record = RecordOf(it->second);
  const bool same = record.kind == CodeKind::kBytecode && record.line == line && record.column == column;
  return same ? it->second : CodeId::kNone;
}

}  // namespace memspec::stacks
