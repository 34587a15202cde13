// From ids to what a person reads. The rule: never a wrong line. Where the call's own position cannot be known, the
// function's start is given and said to be that.
#include "stacks/code_map.h"
#include "stacks/native_symbols.h"
#include "stacks/stack_table.h"
#include "stacks/stacks.h"

namespace memspec::stacks {
namespace {

// Fills line and column from a position in the script's source; false when no handle on the script is left.
bool PlaceInScript(CodeMap& code, int script_id, std::uint32_t position, Frame& frame) {
  const v8::Local<v8::UnboundScript> script = code.ScriptHandle(script_id);
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

void AppendOptimized(CodeMap& code, const CodeRecord& record, std::uint32_t position, std::vector<Frame>& frames) {
  Frame own = FunctionFrame(record);
  const CodeId bytecode = code.BytecodeOf(record.script_id, record.line, record.column);
  if (bytecode != CodeId::kNone && RecordOf(bytecode).lines.HasPosition(position)) {
    PlaceInScript(code, record.script_id, position, own);
    frames.push_back(std::move(own));
    return;
  }
  // Not a position of the function itself: of something inlined into it, whose call in the function is not known.
  const CodeId inlined = code.FunctionWithPosition(record.script_id, position);
  if (inlined != CodeId::kNone) {
    Frame inner = FunctionFrame(RecordOf(inlined));
    inner.inlined = true;
    PlaceInScript(code, record.script_id, position, inner);
    frames.push_back(std::move(inner));
  }
  frames.push_back(std::move(own));
}

void AppendCode(CodeMap& code, CodePlace place, std::vector<Frame>& frames) {
  const CodeRecord& record = RecordOf(place.id);
  if (record.script_id < 0) {
    Frame frame{};
    frame.kind = record.kind == CodeKind::kOther ? FrameKind::kUnknown : FrameKind::kBuiltin;
    frame.function = record.function;
    frame.script_id = -1;
    frames.push_back(std::move(frame));
    return;
  }
  const bool bytecode = record.kind == CodeKind::kBytecode;
  const auto meaning = bytecode ? OffsetMeaning::kInstruction : OffsetMeaning::kReturnAddress;
  const auto position = record.owner == &code ? record.lines.PositionAt(place.offset, meaning) : std::nullopt;
  if (position && !bytecode) return AppendOptimized(code, record, *position, frames);
  Frame frame = FunctionFrame(record);
  if (position) PlaceInScript(code, record.script_id, *position, frame);
  frames.push_back(std::move(frame));
}

}  // namespace

CodeMap* StartListening(const RecursionGuard& guard, v8::Isolate* isolate) {
  auto* const map = new CodeMap(isolate);
  if (map->Listen(guard)) return map;
  delete map;
  return nullptr;
}

void StopListening(const RecursionGuard&, CodeMap* code) { delete code; }

Resolved Resolve(const RecursionGuard& guard, v8::Isolate* isolate, CodeMap& code, StackId id) {
  const v8::HandleScope scope(isolate);
  const StackView stack = StackOf(id);
  Resolved result{{}, stack.truncated};
  for (const FrameKey key : stack.frames) {
    if (key.is_native() || key.is_unknown()) {
      Frame frame{};
      frame.kind = key.is_native() ? FrameKind::kNative : FrameKind::kUnknown;
      frame.script_id = -1;
      if (key.is_native()) {
        NativeSymbol symbol = SymbolOf(guard, key.native_address());
        frame.function = std::move(symbol.function);
        frame.url = std::move(symbol.object);
      }
      result.frames.push_back(std::move(frame));
    } else {
      AppendCode(code, key.code(), result.frames);
    }
  }
  return result;
}

FunctionStart InnermostFunction(StackId id) {
  for (const FrameKey key : StackOf(id).frames) {
    if (key.is_native() || key.is_unknown()) continue;
    const CodeRecord& record = RecordOf(key.code().id);
    if (record.script_id >= 0) return {record.script_id, record.line, record.column};
  }
  return {};
}

std::string SourceMapUrl(const RecursionGuard&, v8::Isolate* isolate, CodeMap& code, int script_id) {
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::UnboundScript> script = code.ScriptHandle(script_id);
  if (script.IsEmpty()) return "";
  const v8::Local<v8::Value> url = script->GetSourceMappingURL();
  if (url.IsEmpty() || !url->IsString()) return "";
  const v8::String::Utf8Value text(isolate, url);
  return *text == nullptr ? "" : std::string(*text, static_cast<std::size_t>(text.length()));
}

TableState State() {
  const StackTableState table = TableStateNow();
  return {table.own_bytes, table.stacks, table.dropped + RecordsDropped()};
}

}  // namespace memspec::stacks
