#include "stacks/code_map.h"

#include <algorithm>
#include <cstring>

#include <v8-version.h>

#include "stacks/slow_path.h"
#include "stacks/stacks.h"

namespace memspec::stacks {
namespace {

// The handler gets no data of ours: it finds the map by the isolate. As many as there are domains.
std::atomic<CodeMap*> g_maps[kMaxDomains];

CodeMap* MapOf(v8::Isolate* isolate) {
  for (auto& slot : g_maps) {
    CodeMap* map = slot.load(std::memory_order_acquire);
    if (map != nullptr && map->isolate() == isolate) return map;
  }
  return nullptr;
}

std::uintptr_t AddressOf(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

std::string Utf8(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  if (value.IsEmpty() || !value->IsString()) return "";
  const v8::String::Utf8Value text(isolate, value);
  return *text == nullptr ? "" : std::string(*text, static_cast<std::size_t>(text.length()));
}

// Handles are addresses of slots that hold tagged pointers.
static_assert(sizeof(v8::Local<v8::UnboundScript>) == sizeof(TaggedPointer*));
TaggedPointer ObjectOf(v8::Local<v8::UnboundScript> handle) { return *reinterpret_cast<const TaggedPointer*>(*handle); }
// For as long as nothing moves and the slot lives.
v8::Local<v8::UnboundScript> HandleOn(const TaggedPointer& slot) {
  const TaggedPointer* const address = &slot;
  v8::Local<v8::UnboundScript> handle;
  std::memcpy(static_cast<void*>(&handle), &address, sizeof handle);
  return handle;
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

// Builders are handed to V8 as user data from START to END; one is kept for the next table.
std::atomic<LineTableBuilder*> g_spare_builder{nullptr};

LineTableBuilder* TakeBuilder() {
  LineTableBuilder* spare = g_spare_builder.exchange(nullptr, std::memory_order_acquire);
  return spare != nullptr ? spare : new LineTableBuilder;
}
void GiveBuilder(LineTableBuilder* builder) {
  delete g_spare_builder.exchange(builder, std::memory_order_acq_rel);
}

}  // namespace

CodeMap::CodeMap(v8::Isolate* isolate) : isolate_(isolate), own_thread_(&t_thread) {}

CodeMap::~CodeMap() {
  for (auto& slot : g_maps) {
    CodeMap* self = this;
    if (slot.compare_exchange_strong(self, nullptr, std::memory_order_acq_rel)) {
      isolate_->SetJitCodeEventHandler(v8::kJitCodeEventDefault, nullptr);
      break;
    }
  }
  FreeBuried();
  for (auto& [start, range] : ranges_) {
    CodeRecord& record = RecordOf(range.id);
    record.owner = nullptr;
    record.script.Reset();  // handles must not outlive the isolate
    ReleaseRecord(range.id);
  }
  for (const CodeId id : orphans_) {
    CodeRecord& record = RecordOf(id);
    record.owner = nullptr;
    record.script.Reset();
  }
}

bool CodeMap::Listen(const RecursionGuard&) {
  for (auto& slot : g_maps) {
    CodeMap* none = nullptr;
    if (!slot.compare_exchange_strong(none, this, std::memory_order_acq_rel)) continue;
    isolate_->SetJitCodeEventHandler(v8::kJitCodeEventEnumExisting, &CodeMap::OnEvent);
    return true;
  }
  return false;
}

// Machine code calls builtins directly: what such a call reaches, and no code is known to be, is a builtin's copy. The copy is
// of whole pages, so only builtins at the same place in a page come into question; the bytes decide.
void CodeMap::FindBuiltinsCopy(const CodeRecord& caller) {
  constexpr std::size_t kCompared = 64;
  constexpr std::uintptr_t kPage = 4096;
  const auto* const code = reinterpret_cast<const std::uint8_t*>(caller.start);
  for (std::uint32_t offset = 5; offset <= caller.length; ++offset) {
    const std::uintptr_t callee = DirectCallee(code, offset);
    std::uint8_t bytes[kCompared];
    if (callee == 0 || RangeAt(callee) != ranges_.end() || !ReadSafely(callee, bytes, kCompared)) continue;
    for (const auto& [start, range] : ranges_) {
      if (start % kPage != callee % kPage || range.length < kCompared) continue;
      if (RecordOf(range.id).kind != CodeKind::kBuiltin) continue;
      if (std::memcmp(bytes, reinterpret_cast<const void*>(start), kCompared) != 0) continue;
      // As far on either side as builtins are known.
      const auto first = std::find_if(ranges_.begin(), ranges_.end(), [](const auto& entry) {
        return RecordOf(entry.second.id).kind == CodeKind::kBuiltin;
      });
      const auto last = std::find_if(ranges_.rbegin(), ranges_.rend(), [](const auto& entry) {
        return RecordOf(entry.second.id).kind == CodeKind::kBuiltin;
      });
      const SpinGuard hold(lock_);
      builtins_copy_.original = first->first;
      builtins_copy_.start = callee - (start - first->first);
      builtins_copy_.length = last->first + last->second.length - first->first;
      ++epoch_;
      return;
    }
  }
}

CodeMap::Ranges::const_iterator CodeMap::RangeAt(std::uintptr_t address) const {
  if (address - builtins_copy_.start < builtins_copy_.length) address += builtins_copy_.original - builtins_copy_.start;
  auto it = ranges_.upper_bound(address);
  if (it == ranges_.begin()) return ranges_.end();
  --it;
  // A return address may lie just past code that ends in a call.
  return address - it->first <= it->second.length ? it : ranges_.end();
}

CodeMap::Discarded::Discarded() {
  ranges.reserve(8);
  pending.reserve(2);
}

void CodeMap::Bury(const Discarded& discarded) {
  if (discarded.ranges.empty()) return;
  const std::lock_guard hold(buried_lock_);
  for (const auto& node : discarded.ranges) buried_.push_back(node.mapped().id);
}

void CodeMap::FreeBuried() {
  std::vector<CodeId> dead;
  {
    const std::lock_guard hold(buried_lock_);
    dead.swap(buried_);
  }
  for (const CodeId id : dead) {
    if (RecordOf(id).captured.load(std::memory_order_relaxed)) {
      orphans_.push_back(id);
    } else {
      ReleaseRecord(id);
    }
  }
}

void CodeMap::OnEvent(const v8::JitCodeEvent* event) {
  const RecursionGuard guard;
  // V8 passes the event on to nobody else: START's user data is an out parameter behind a const pointer.
  auto* const mutable_event = const_cast<v8::JitCodeEvent*>(event);
  switch (event->type) {
    case v8::JitCodeEvent::CODE_START_LINE_INFO_RECORDING:
      mutable_event->user_data = TakeBuilder();
      return;
    case v8::JitCodeEvent::CODE_ADD_LINE_POS_INFO:
      if (event->user_data != nullptr && event->line_info.position_type == v8::JitCodeEvent::POSITION) {
        static_cast<LineTableBuilder*>(event->user_data)
            ->Add(static_cast<std::uint32_t>(event->line_info.offset), static_cast<std::uint32_t>(event->line_info.pos));
      }
      return;
    default:
      break;
  }
  CodeMap* const map = MapOf(event->isolate);
  if (event->type == v8::JitCodeEvent::CODE_END_LINE_INFO_RECORDING) {
    auto* const builder = static_cast<LineTableBuilder*>(event->user_data);
    if (builder == nullptr) return;
    LineTable lines = builder->Finish();
    GiveBuilder(builder);
    if (map != nullptr && !lines.empty()) map->Lines(AddressOf(event->code_start), std::move(lines));
    return;
  }
  if (map == nullptr) return;
  switch (event->type) {
    case v8::JitCodeEvent::CODE_ADDED:
      map->Added(*event);
      break;
    case v8::JitCodeEvent::CODE_MOVED:
      map->Moved(AddressOf(event->code_start), AddressOf(event->new_code_start));
      break;
    case v8::JitCodeEvent::CODE_REMOVED:
      map->Removed(AddressOf(event->code_start));
      break;
    default:
      break;
  }
}

void CodeMap::Lines(std::uintptr_t start, LineTable lines) {
  Pending fresh;
  fresh.emplace(start, std::move(lines));
  Discarded discarded;
  const SpinGuard hold(lock_);
  if (pending_.size() >= kMaxPending) {
    ++pending_dropped_;
    return;
  }
  if (auto old = pending_.extract(start)) discarded.pending.push_back(std::move(old));
  pending_.insert(fresh.extract(start));
}

void CodeMap::Added(const v8::JitCodeEvent& event) {
  const std::uintptr_t start = AddressOf(event.code_start);
  const auto length = static_cast<std::uint32_t>(event.code_len);
  if (length == 0) return;
  const CodeId id = NewRecord();
  if (id == CodeId::kNone) return;  // counted by the store
  RecordOf(id).owner = this;
  RecordOf(id).length = length;
  RecordOf(id).start = start;
  Describe(id, event);

  Ranges fresh;
  fresh.emplace(start, Range{length, id});
  Discarded discarded;
  {
    const SpinGuard hold(lock_);
    TakeOverlapping(start, length, discarded);
    if (auto lines = pending_.extract(start)) {
      // A table that reaches past the code is of something else.
      if (lines.mapped().last_offset() <= length) RecordOf(id).lines = std::move(lines.mapped());
      discarded.pending.push_back(std::move(lines));
    }
    ranges_.insert(fresh.extract(start));
  }
  Bury(discarded);
  if (&t_thread != own_thread_) return;
  if (!event.script.IsEmpty()) Complete(RecordOf(id), event.script);
  FreeBuried();
  if (ranges_.size() > sweep_at_) Sweep();
}

void CodeMap::Describe(CodeId id, const v8::JitCodeEvent& event) {
  CodeRecord& record = RecordOf(id);
  const std::string_view text(event.name.str, event.name.len);
  if (event.code_type == v8::JitCodeEvent::WASM_CODE) {
    record.kind = CodeKind::kWasm;
    record.function = ParseCodeName(text, true, false, "", "").function;
    return;
  }
  const bool machine_code = event.code_type == v8::JitCodeEvent::JIT_CODE;
  // Handles only on the isolate's own thread.
  const bool has_script = !event.script.IsEmpty() && &t_thread == own_thread_;
  if (!has_script) {
    CodeName name = ParseCodeName(text, machine_code, false, "", "");
    record.kind = name.kind;
    record.function = std::move(name.function);
    // AllocateInYoungGeneration, AllocateRegularInOldGeneration, ...
    record.allocates = record.kind == CodeKind::kBuiltin && record.function.starts_with("Allocate") &&
                       record.function.ends_with("Generation");
    return;
  }
  const v8::HandleScope scope(isolate_);
  record.script_id = event.script->GetId();
  ScriptInfo& script = ScriptOf(record.script_id, event.script);
  CodeName name = ParseCodeName(text, machine_code, true, script.name, script.source_url);
  record.kind = name.kind;
  record.function = std::move(name.function);
  record.url = script.url;
  record.line = name.line;
  record.column = name.column;
  record.script.Reset(isolate_, event.script);
  record.script.SetWeak();
  if (record.kind != CodeKind::kBytecode) return;
  functions_[FunctionKey(record.script_id, record.line, record.column)] = id;
  if (script.functions.size() >= script.prune_at) {
    std::erase_if(script.functions, [&](CodeId f) { return !Owns(f, record.script_id); });
    script.prune_at = std::max<std::size_t>(64, script.functions.size() * 2);
  }
  script.functions.push_back(id);
}

void CodeMap::Complete(CodeRecord& record, v8::Local<v8::UnboundScript> function) {
  if (record.kind != CodeKind::kBaseline && record.kind != CodeKind::kMaglev && record.kind != CodeKind::kTurbofan) return;
  const CodeId bytecode = BytecodeOf(record.script_id, record.line, record.column);
  if (bytecode == CodeId::kNone) return;
  CodeRecord& own = RecordOf(bytecode);
  if (own.bytes.empty()) own.bytes = ReadBytecodes(own.start, own.length);
  if (V8_MAJOR_VERSION < 12 && builtins_copy_.length == 0) FindBuiltinsCopy(record);
  if (record.kind == CodeKind::kBaseline) {
    if (auto offsets = ReadBaseline(record.start, record.length, own.start)) record.bytes = std::move(*offsets);
    return;
  }
  auto read = ReadOptimized(record.start, record.length, ObjectOf(function));
  if (!read) {
    // Without V8's word for it, code is taken to have nothing inlined when all its positions are the function's own.
    if (!record.lines.empty() && record.lines.PositionsWithin(own.lines)) record.optimized = std::make_unique<OptimizedCode>();
    return;
  }
  // Maglev reports no lines: its table must then be about the function's own positions, as far as they are not inlined.
  const bool agrees = record.lines.empty() ? read->own.PositionsWithin(own.lines) : read->positions == record.lines;
  if (!agrees) return;
  record.lines = std::move(read->positions);
  record.optimized.reset(new OptimizedCode{std::move(read->inlining), Name(read->places), std::move(read->calls),
                                           std::move(read->exits)});
}

std::vector<InlinedCall> CodeMap::Name(const std::vector<InlinedPlace>& places) {
  std::vector<InlinedCall> calls;
  for (const InlinedPlace& place : places) {
    InlinedCall call;
    call.call_position = place.call_position;
    call.parent = place.parent;
    const TaggedPointer slot = place.function;
    const v8::Local<v8::UnboundScript> function = HandleOn(slot);
    call.script_id = function->GetId();
    if (const auto script = scripts_.find(call.script_id); script != scripts_.end()) {
      call.url = script->second.url;
      for (const CodeId id : script->second.functions) {
        CodeRecord& record = RecordOf(id);
        if (!Owns(id, call.script_id) || record.script != function) continue;
        if (record.bytes.empty()) record.bytes = ReadBytecodes(record.start, record.length);
        call.function = record.function;
        call.line = record.line;
        call.column = record.column;
        break;
      }
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

ScriptInfo& CodeMap::ScriptOf(int script_id, v8::Local<v8::UnboundScript> handle) {
  const auto [it, fresh] = scripts_.try_emplace(script_id);
  if (fresh) {
    ScriptInfo& info = it->second;
    info.name = Utf8(isolate_, handle->GetScriptName());
    info.source_url = Utf8(isolate_, handle->GetSourceURL());
    info.url = std::make_shared<const std::string>(info.name.empty() ? info.source_url : info.name);
  }
  return it->second;
}

void CodeMap::Moved(std::uintptr_t from, std::uintptr_t to) {
  if (from == to) return;
  Discarded discarded;
  {
    const SpinGuard hold(lock_);
    ++epoch_;
    if (auto lines = pending_.extract(from)) {
      if (auto old = pending_.extract(to)) discarded.pending.push_back(std::move(old));
      lines.key() = to;
      pending_.insert(std::move(lines));
    }
    if (auto node = ranges_.extract(from)) {
      TakeOverlapping(to, node.mapped().length, discarded);
      node.key() = to;
      RecordOf(node.mapped().id).start = to;
      ranges_.insert(std::move(node));
    }
  }
  Bury(discarded);
}

void CodeMap::Removed(std::uintptr_t start) {
  Discarded discarded;
  {
    const SpinGuard hold(lock_);
    if (auto node = ranges_.extract(start)) {
      discarded.ranges.push_back(std::move(node));
      ++epoch_;
    }
  }
  Bury(discarded);
}

void CodeMap::TakeOverlapping(std::uintptr_t start, std::uint32_t length, Discarded& out) {
  auto it = ranges_.upper_bound(start);
  if (it != ranges_.begin()) {
    const auto before = std::prev(it);
    if (before->first + before->second.length > start) it = before;
  }
  while (it != ranges_.end() && it->first < start + length) {
    const auto next = std::next(it);
    out.ranges.push_back(ranges_.extract(it));
    it = next;
    ++epoch_;
  }
}

CodePlace CodeMap::Find(const RecursionGuard&, std::uintptr_t address) {
  const SpinGuard hold(lock_);
  CachedPlace& cached = cache_[(address ^ (address >> 10)) % kCacheSize];
  if (cached.address != address || cached.epoch != epoch_) {
    const CodePlace place = FindInRanges(address);
    if (place.id == CodeId::kNone) return place;  // not remembered: the code may be named any moment
    cached = {address, epoch_, place};
  }
  return cached.place;
}

CodePlace CodeMap::FindInRanges(std::uintptr_t address) {
  const auto it = RangeAt(address);
  if (it == ranges_.end()) return {};
  const auto offset = static_cast<std::uint32_t>(address - it->first);
  CodeRecord& record = RecordOf(it->second.id);
  if (record.lines.empty() && !pending_.empty()) {
    // Running code's table that was collected after the code was named. The empty node stays: nothing is freed here.
    const auto late = pending_.find(it->first);
    if (late != pending_.end() && late->second.last_offset() <= record.length) record.lines = std::move(late->second);
  }
  // Relaxed: read under this same lock, or on this thread.
  record.captured.store(true, std::memory_order_relaxed);
  if (offset >= CodePlace::kBeyond) return {it->second.id, CodePlace::kBeyond, CodePlace::kNoSlowPath};
  return {it->second.id, offset, SlowPathOf(record, offset)};
}

// Which return addresses lie in slow paths that the position table does not know:
// - V8 11: TurboFan lowers allocations so late that their slow paths have no positions. They call an allocating builtin.
// - Maglev: no slow path has a position. They lie behind the last entry of the table.
std::uint32_t CodeMap::SlowPathOf(const CodeRecord& record, std::uint32_t offset) const {
  const auto* const code = reinterpret_cast<const std::uint8_t*>(record.start);
  if (record.kind == CodeKind::kMaglev) {
    if (offset <= record.lines.last_offset()) return CodePlace::kNoSlowPath;
  } else if (record.kind == CodeKind::kTurbofan && V8_MAJOR_VERSION < 12) {
    const auto callee = RangeAt(DirectCallee(code, offset));
    if (callee == ranges_.end() || !RecordOf(callee->second.id).allocates) return CodePlace::kNoSlowPath;
  } else {
    return CodePlace::kNoSlowPath;
  }
  auto back = JumpTarget(code, record.length, offset);
  // There the object's top is set and its pointer made, without positions; its first store has the allocation's.
  if (back && record.kind == CodeKind::kTurbofan) back = FirstStore(code, record.length, *back);
  return back && *back != 0 ? *back : CodePlace::kSlowPathUnknown;
}

void CodeMap::Sweep() {
  Discarded discarded;
  discarded.ranges.reserve(ranges_.size());
  {
    const SpinGuard hold(lock_);
    for (auto it = ranges_.begin(); it != ranges_.end();) {
      const auto next = std::next(it);
      const CodeRecord& record = RecordOf(it->second.id);
      if (record.script_id >= 0 && record.script.IsEmpty()) {
        discarded.ranges.push_back(ranges_.extract(it));
        ++epoch_;
      }
      it = next;
    }
    sweep_at_ = std::max<std::size_t>(1u << 15, ranges_.size() * 2);
  }
  Bury(discarded);
  FreeBuried();
  for (auto it = scripts_.begin(); it != scripts_.end();) {
    std::erase_if(it->second.functions, [&](CodeId f) { return !Owns(f, it->first); });
    it = it->second.functions.empty() ? scripts_.erase(it) : std::next(it);
  }
  std::erase_if(functions_, [&](const auto& entry) { return RecordOf(entry.second).owner != this; });
}

bool CodeMap::Owns(CodeId id, int script_id) const {
  const CodeRecord& record = RecordOf(id);
  return record.owner == this && record.script_id == script_id;
}

v8::Local<v8::UnboundScript> CodeMap::ScriptHandle(int script_id) {
  const auto it = scripts_.find(script_id);
  if (it == scripts_.end()) return {};
  for (auto f = it->second.functions.rbegin(); f != it->second.functions.rend(); ++f) {
    if (Owns(*f, script_id) && !RecordOf(*f).script.IsEmpty()) return RecordOf(*f).script.Get(isolate_);
  }
  return {};
}

CodeId CodeMap::BytecodeOf(int script_id, int line, int column) const {
  const auto it = functions_.find(FunctionKey(script_id, line, column));
  if (it == functions_.end() || !Owns(it->second, script_id)) return CodeId::kNone;
  const CodeRecord& record = RecordOf(it->second);
  const bool same = record.kind == CodeKind::kBytecode && record.line == line && record.column == column;
  return same ? it->second : CodeId::kNone;
}

}  // namespace memspec::stacks
