#include "stacks/code_map.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include <v8-version.h>

#include "base/address.h"
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

// The highest address of this thread's stack; 0: not known.
std::uintptr_t StackTop() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  std::size_t bytes = 0;
  const bool known = pthread_attr_getstack(&attributes, &lowest, &bytes) == 0;
  pthread_attr_destroy(&attributes);
  return known ? AddressOf(lowest) + bytes : 0;
}

std::atomic<std::uint64_t> g_line_tables_dropped{0};

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

CodeMap::CodeMap(v8::Isolate* isolate) : isolate_(isolate), own_thread_(&t_thread), stack_top_(StackTop()), scripts_(*this) {
  void* start = nullptr;
  isolate->GetCodeRange(&start, &code_length_);
  code_start_ = AddressOf(start);
}

CodeMap::Embedded CodeMap::embedded_builtins() const {
  const void* start = nullptr;
  std::size_t length = 0;
  isolate_->GetEmbeddedCodeRange(&start, &length);
  return {AddressOf(start), AddressOf(start) + length};
}

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

CodeMap::Ranges::const_iterator CodeMap::RangeAt(std::uintptr_t address) const {
  if (address - builtins_copy_.start < builtins_copy_.length) address += builtins_copy_.original - builtins_copy_.start;
  auto it = ranges_.upper_bound(address);
  if (it == ranges_.begin()) return ranges_.end();
  --it;
  // A return address may lie just past code that ends in a call.
  return address - it->first <= it->second.length ? it : ranges_.end();
}

std::uint64_t CodeMap::LineTablesDropped() { return g_line_tables_dropped.load(std::memory_order_relaxed); }

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
    g_line_tables_dropped.fetch_add(1, std::memory_order_relaxed);  // a counter, read at leisure
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
    record.handler = record.kind == CodeKind::kBuiltin && text.starts_with("BytecodeHandler:");
    // AllocateInYoungGeneration, AllocateRegularInOldGeneration, ...
    record.allocates = record.kind == CodeKind::kBuiltin && record.function.starts_with("Allocate") &&
                       record.function.ends_with("Generation");
    return;
  }
  const v8::HandleScope scope(isolate_);
  record.script_id = event.script->GetId();
  const ScriptInfo& script = scripts_.ScriptOf(isolate_, record.script_id, event.script);
  CodeName name = ParseCodeName(text, machine_code, true, script.name, script.source_url);
  record.kind = name.kind;
  record.function = std::move(name.function);
  record.url = script.url;
  record.line = name.line;
  record.column = name.column;
  record.script.Reset(isolate_, event.script);
  record.script.SetWeak();
  if (record.kind == CodeKind::kBytecode) scripts_.Add(record.script_id, id);
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
  const std::uint32_t epoch = epoch_.load(std::memory_order_relaxed);
  if (cached.address != address || cached.epoch != epoch) {
    const CodePlace place = FindInRanges(address);
    if (place.id == CodeId::kNone) return place;  // not remembered: the code may be named any moment
    cached = {address, epoch, place};
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
  scripts_.Prune();
}

}  // namespace memspec::stacks
