// What code events leave out, from V8's own records and from the code itself.
#include <algorithm>
#include <cstring>

#include <v8-version.h>

#include "stacks/bytecodes.h"
#include "stacks/code_map.h"
#include "stacks/slow_path.h"

namespace memspec::stacks {

void CodeMap::Complete(CodeRecord& record, v8::Local<v8::UnboundScript> function) {
  if (record.kind != CodeKind::kBaseline && record.kind != CodeKind::kMaglev && record.kind != CodeKind::kTurbofan) return;
  const CodeId bytecode = scripts_.BytecodeOf(record.script_id, record.line, record.column);
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
    call.url = scripts_.UrlOf(call.script_id);
    if (const CodeId id = scripts_.BytecodeOfObject(call.script_id, function); id != CodeId::kNone) {
      CodeRecord& record = RecordOf(id);
      if (record.bytes.empty()) record.bytes = ReadBytecodes(record.start, record.length);
      call.function = record.function;
      call.line = record.line;
      call.column = record.column;
    }
    calls.push_back(std::move(call));
  }
  return calls;
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

const std::vector<std::uint8_t>& CodeMap::BytecodesOf(CodeId bytecode) {
  CodeRecord& record = RecordOf(bytecode);
  if (record.bytes.empty() && record.owner == this && !record.script.IsEmpty()) {
    const auto range = RangeAt(record.start);
    if (range != ranges_.end() && range->second.id == bytecode) record.bytes = ReadBytecodes(record.start, record.length);
    // Of a function that was flushed, the memory may be something else's by now.
    if (!record.lines.OffsetsWithin(BytecodeStarts(record.bytes))) record.bytes = {};
  }
  return record.bytes;
}

void CodeMap::LearnHandlers(const RecursionGuard&) {
  if (handlers_learnt_) return;
  handlers_learnt_ = true;
  for (const auto& [start, range] : ranges_) {
    CodeRecord& record = RecordOf(range.id);
    if (record.handler) record.handles = BytecodeOfHandler(record.function).value_or(-1);
  }
}

CodePlace CodeMap::InterpretedPlace(const RecursionGuard&, const void* frame_pointer, CodePlace written_down) {
  constexpr int kMaxNativeFrames = 48;
  const SpinGuard hold(lock_);
  auto frame = reinterpret_cast<std::uintptr_t>(frame_pointer);
  bool in_code = false;
  for (int i = 0; i < kMaxNativeFrames; ++i) {
    // Frames lie within the stack, each above the last: a chain that does not is not followed.
    if (frame % sizeof(void*) != 0 || frame + 2 * sizeof(void*) > stack_top_) break;
    const auto* const words = reinterpret_cast<const std::uintptr_t*>(frame);
    const auto range = RangeAt(words[1]);
    if (range != ranges_.end() && in_code) return HandlerPlace(words, *range, written_down);
    in_code = in_code || range != ranges_.end();  // the stub through which C++ was called
    if (words[0] <= frame) break;
    frame = words[0];
  }
  return written_down;
}

// `words`: the frame below the handler's, that is the handler's frame pointer, the return address into it, and its frame.
CodePlace CodeMap::HandlerPlace(const std::uintptr_t* words, const Ranges::value_type& range, CodePlace written_down) {
  constexpr std::uint32_t kLongestCall = 16;
  constexpr std::uintptr_t kLargestFrame = 128;  // words
  CodeRecord& handler = RecordOf(range.second.id);
  if (!handler.handler) return written_down;
  const auto callee = RangeAt(DirectCallee(reinterpret_cast<const std::uint8_t*>(words[1] - kLongestCall), kLongestCall));
  if (callee == ranges_.end() || !RecordOf(callee->second.id).allocates) return written_down;

  // The handler needs its place to go on to the next bytecode, so it is in its frame: as a plain number, counted from the tagged
  // pointer to the bytecode array. Other numbers there would have to be the place of a bytecode of the same kind.
  constexpr std::uintptr_t kFirstBytecode = V8_MAJOR_VERSION < 12 ? 53 : 63;
  const CodeRecord& function = RecordOf(written_down.id);
  const auto* const bytecodes = reinterpret_cast<const std::uint8_t*>(function.start);
  const auto* const frame_end = reinterpret_cast<const std::uintptr_t*>(words[0]);
  std::uintptr_t found = CodePlace::kBeyond;
  bool several = false;
  for (const auto* word = words + 2; handler.handles >= 0 && word < frame_end && word < words + kLargestFrame; ++word) {
    const std::uintptr_t offset = *word - kFirstBytecode;
    if (offset >= function.length || bytecodes[offset] != handler.handles) continue;
    several = several || (found != CodePlace::kBeyond && found != offset);
    found = offset;
  }
  if (found != CodePlace::kBeyond && !several) {
    return {written_down.id, static_cast<std::uint32_t>(found), 0};
  }
  handler.captured.store(true, std::memory_order_relaxed);
  const std::uint8_t* bytecode = bytecodes + written_down.offset;
  if (*bytecode < kBytecodePrefixes) ++bytecode;
  written_down.back = HandlerSiteAt(range.second.id, static_cast<std::uint32_t>(words[1] - range.first), *bytecode);
  return written_down;
}

std::uint32_t CodeMap::HandlerSiteAt(CodeId handler, std::uint32_t offset, std::uint8_t written_down) {
  for (std::uint32_t i = 0; i < handler_site_count_; ++i) {
    HandlerSite& site = handler_sites_[i];
    if (site.handler != handler || site.offset != offset) continue;
    site.varied = site.varied || site.written_down != written_down;
    return i + 1;
  }
  if (handler_site_count_ == kMaxHandlerSites) return 0;
  handler_sites_[handler_site_count_++] = {handler, offset, written_down, false};
  return handler_site_count_;
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

}  // namespace memspec::stacks
