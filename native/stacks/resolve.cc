// From ids to what a person reads. The rule: never a wrong line. Where the call's own position cannot be known, the
// function's start is given and said to be that.
#include <algorithm>
#include <utility>

#include "hooks/unwind.h"
#include "stacks/bytecodes.h"
#include "stacks/code_map.h"
#include "stacks/native_symbols.h"
#include "stacks/stack_table.h"
#include "stacks/stacks.h"

namespace memspec::stacks {
namespace {

// Fills line and column from a position in the script's source; false when no handle on the script is left.
bool PlaceInScript(CodeMap& code, int script_id, std::uint32_t position, Frame& frame) {
  if (static_cast<std::int32_t>(position) < 0) return false;  // V8's "no position"
  const v8::Local<v8::UnboundScript> script = code.scripts().HandleOf(code.isolate(), script_id);
  if (script.IsEmpty()) return false;
  const int line = script->GetLineNumber(static_cast<int>(position));
  const int column = script->GetColumnNumber(static_cast<int>(position));
  if (line < 0 || column < 0) return false;
  frame.line = line + 1;
  frame.column = column + 1;
  frame.line_is_function = false;
  return true;
}

Frame FunctionFrame(const CodeRecord& record) {
  Frame frame{};
  frame.kind = FrameKind::kJavaScript;
  frame.function = record.function;
  frame.url = record.url ? *record.url : "";
  frame.script_id = record.script_id;
  frame.line = record.line;
  frame.column = record.column;
  frame.line_is_function = true;
  return frame;
}

Frame InlinedFrame(const InlinedCall& call) {
  Frame frame{};
  frame.kind = FrameKind::kJavaScript;
  frame.function = call.function;
  frame.url = call.url ? *call.url : "";
  frame.script_id = call.script_id;
  frame.line = call.line;
  frame.column = call.column;
  frame.line_is_function = true;
  frame.inlined = true;
  return frame;
}

// Where to look a return address up. A slow path's is looked up where it goes back to; kBeyond: nowhere.
std::pair<std::uint32_t, OffsetMeaning> Effective(const CodeRecord& record, CodePlace place) {
  if (place.back == CodePlace::kNoSlowPath) return {place.offset, OffsetMeaning::kReturnAddress};
  if (place.back == CodePlace::kSlowPathUnknown) return {CodePlace::kBeyond, OffsetMeaning::kReturnAddress};
  // Maglev goes back into the operation itself, at the latest to its end; for TurboFan it is the first store into the object.
  const bool end = record.kind == CodeKind::kMaglev;
  return {place.back, end ? OffsetMeaning::kReturnAddress : OffsetMeaning::kInstruction};
}

// Maglev compiles a loop's first round apart, and then no longer advances its position: the loop itself has that of the jump
// that closed the first round, all over. So such a position says only that it is somewhere in the loop.
bool IsCertain(CodeMap& code, CodeKind kind, int script_id, int line, int column, std::uint32_t position) {
  if (kind != CodeKind::kMaglev) return true;
  if (position == 0) return false;  // of V8 14, for "none yet"
  const CodeId bytecode = code.scripts().BytecodeOf(script_id, line, column);
  if (bytecode == CodeId::kNone) return false;
  const CodeRecord& function = RecordOf(bytecode);
  const auto ends = LoopEnds(function.bytes);
  if (!ends) return false;
  return std::none_of(ends->begin(), ends->end(), [&](std::uint32_t end) {
    return function.lines.PositionAt(end, OffsetMeaning::kInstruction) == position;
  });
}

// The position of a call by its bytecode, in a function that has a table of its own.
std::optional<std::uint32_t> CallPosition(CodeMap& code, int script_id, int line, int column, std::uint32_t bytecode) {
  const CodeId id = code.scripts().BytecodeOf(script_id, line, column);
  // V8 also numbers builtins here, far above all bytecodes.
  if (id == CodeId::kNone || bytecode >= RecordOf(id).length) return std::nullopt;
  return RecordOf(id).lines.PositionAt(bytecode, OffsetMeaning::kInstruction);
}

// What is known of a place in optimised code.
struct Spot {
  std::optional<std::uint32_t> position;
  std::int64_t inlined = -1;  // index of the innermost inlined call; -1: none
  bool certain = false;       // confirmed by V8's deoptimisation data
};

Spot SpotAt(CodeMap& code, const CodeRecord& record, CodePlace place) {
  if (record.optimized == nullptr) return {};
  const OptimizedCode& optimized = *record.optimized;
  if (const auto returned = optimized.exits.ExactlyAt(place.offset)) {
    // An exit has no position of its own: only the table of calls may know it.
    const bool known = *returned != place.offset;
    place = {place.id, *returned, known ? CodePlace::kNoSlowPath : CodePlace::kSlowPathUnknown};
  }
  Spot spot;
  const auto [offset, meaning] = Effective(record, place);
  if (offset != CodePlace::kBeyond) {
    spot.position = record.lines.PositionAt(offset, meaning);
    const auto inlining = optimized.inlined.empty() ? std::nullopt : optimized.inlining.PositionAt(offset, meaning);
    spot.inlined = static_cast<std::int64_t>(inlining.value_or(0)) - 1;
    if (spot.inlined >= static_cast<std::int64_t>(optimized.inlined.size())) return {};
  }
  const auto call = optimized.calls.ExactlyAt(place.offset);
  if (!call || *call == 0) return spot;
  std::optional<std::uint32_t> truth;
  if (spot.inlined < 0) {
    truth = CallPosition(code, record.script_id, record.line, record.column, *call - 1);
  } else {
    const InlinedCall& at = optimized.inlined[static_cast<std::size_t>(spot.inlined)];
    truth = CallPosition(code, at.script_id, at.line, at.column, *call - 1);
  }
  if (!truth) return spot;
  if (truth == spot.position) {
    spot.certain = true;
    return spot;
  }
  // The table has the wrong function, or a call inherited its position from what happens to precede it.
  return optimized.inlined.empty() ? Spot{truth, -1, true} : Spot{};
}

// A frame of optimised code stands for the chain of calls that were inlined there.
void AppendOptimized(CodeMap& code, const CodeRecord& record, CodePlace place, std::vector<Frame>& frames) {
  auto [position, at, certain] = SpotAt(code, record, place);
  while (position && at >= 0) {
    const InlinedCall& call = record.optimized->inlined[static_cast<std::size_t>(at)];
    frames.push_back(InlinedFrame(call));
    if (certain || IsCertain(code, record.kind, call.script_id, call.line, call.column, *position)) {
      PlaceInScript(code, call.script_id, *position, frames.back());
    }
    position = call.call_position;
    at = call.parent;
    certain = false;
  }
  frames.push_back(FunctionFrame(record));
  if (position && (certain || IsCertain(code, record.kind, record.script_id, record.line, record.column, *position))) {
    PlaceInScript(code, record.script_id, *position, frames.back());
  }
}

// Through the bytecode that the code was made from.
std::optional<std::uint32_t> BaselinePosition(CodeMap& code, CodeRecord& record, std::uint32_t offset) {
  const CodeId bytecode = code.scripts().BytecodeOf(record.script_id, record.line, record.column);
  if (bytecode == CodeId::kNone) return std::nullopt;
  if (!record.bytes.empty()) {
    record.lines = DecodeBaseline(record.bytes, RecordOf(bytecode).bytes, record.length);
    record.bytes = {};
  }
  const auto bytecode_offset = record.lines.PositionAt(offset, OffsetMeaning::kReturnAddress);
  if (!bytecode_offset) return std::nullopt;
  return RecordOf(bytecode).lines.PositionAt(*bytecode_offset, OffsetMeaning::kInstruction);
}

// The interpreter's place, which is the one written down unless a handler allocated inline.
std::optional<std::uint32_t> BytecodePosition(CodeMap& code, CodePlace place) {
  const LineTable& lines = RecordOf(place.id).lines;
  if (place.back == 0) return lines.PositionAt(place.offset, OffsetMeaning::kInstruction);
  const HandlerSite& site = code.HandlerSiteOf(place.back);
  const auto always = site.varied ? std::nullopt : std::optional(site.written_down);
  const auto candidates =
      AllocatingBytecodes(code.BytecodesOf(place.id), place.offset, RecordOf(site.handler).function, always);
  if (!candidates) return std::nullopt;
  const auto position = lines.PositionAt(candidates->front(), OffsetMeaning::kInstruction);
  const bool all = std::all_of(candidates->begin(), candidates->end(), [&](std::uint32_t candidate) {
    return lines.PositionAt(candidate, OffsetMeaning::kInstruction) == position;
  });
  return all ? position : std::nullopt;
}

void AppendCode(CodeMap& code, CodePlace place, std::vector<Frame>& frames) {
  CodeRecord& record = RecordOf(place.id);
  if (record.script_id < 0) {
    Frame frame{};
    frame.kind = record.kind == CodeKind::kOther ? FrameKind::kUnknown : FrameKind::kBuiltin;
    frame.function = record.function;
    frame.script_id = -1;
    frames.push_back(std::move(frame));
    return;
  }
  if (record.owner != &code) {
    frames.push_back(FunctionFrame(record));
    return;
  }
  std::optional<std::uint32_t> position;
  switch (record.kind) {
    case CodeKind::kMaglev:
    case CodeKind::kTurbofan:
      return AppendOptimized(code, record, place, frames);
    case CodeKind::kBytecode:
      position = BytecodePosition(code, place);
      break;
    case CodeKind::kBaseline:
      position = BaselinePosition(code, record, place.offset);
      break;
    default:
      break;
  }
  frames.push_back(FunctionFrame(record));
  if (position) PlaceInScript(code, record.script_id, *position, frames.back());
}

}  // namespace

CodeMap* StartListening(const RecursionGuard& guard, v8::Isolate* isolate) {
  auto* const map = new CodeMap(isolate);
  const auto [start, end] = map->embedded_builtins();
  hooks::SetBuiltins({start, end});
  if (map->Listen(guard)) return map;
  delete map;
  return nullptr;
}

void PrepareHeapCaptures(const RecursionGuard& guard, CodeMap& code) { code.LearnHandlers(guard); }

void StopListening(const RecursionGuard&, CodeMap* code) { delete code; }

Resolved Resolve(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap& code, StackId id) {
  const v8::HandleScope scope(isolate);
  const StackView stack = StackOf(id);
  Resolved result{{}, stack.marks.truncated, stack.marks.native_missing};
  for (const FrameKey key : stack.frames) {
    if (key.is_native()) {
      Frame frame{};
      NativeSymbol symbol = SymbolOf(guard, key.native_address());
      frame.kind = symbol.object.empty() ? FrameKind::kUnknown : FrameKind::kNative;
      frame.script_id = -1;
      frame.function = std::move(symbol.function);
      frame.url = std::move(symbol.object);
      result.frames.push_back(std::move(frame));
    } else {
      AppendCode(code, key.code(), result.frames);
    }
  }
  return result;
}

void AppendFrames(const RecursionGuard&, v8::Isolate* isolate, CodeMap& code, FrameKey key, std::vector<Frame>& frames) {
  const v8::HandleScope scope(isolate);
  AppendCode(code, key.code(), frames);
}

FunctionStart InnermostFunction(StackId id) {
  for (const FrameKey key : StackOf(id).frames) {
    if (key.is_native()) continue;
    const CodeRecord& record = RecordOf(key.code().id);
    if (record.script_id >= 0) return {record.script_id, record.line, record.column};
  }
  return {};
}

int LatestScript(const RecursionGuard&, CodeMap& code, const std::string& url) { return code.scripts().LatestOf(url); }

std::string SourceMapUrl(const RecursionGuard&, v8::Isolate* isolate, CodeMap& code, int script_id) {
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::UnboundScript> script = code.scripts().HandleOf(code.isolate(), script_id);
  if (script.IsEmpty()) return "";
  const v8::Local<v8::Value> url = script->GetSourceMappingURL();
  if (url.IsEmpty() || !url->IsString()) return "";
  const v8::String::Utf8Value text(isolate, url);
  return *text == nullptr ? "" : std::string(*text, static_cast<std::size_t>(text.length()));
}

TableState State() {
  const StackTableState table = TableStateNow();
  return {table.own_bytes, table.stacks, table.dropped + RecordsDropped() + CodeMap::LineTablesDropped()};
}

}  // namespace memspec::stacks
