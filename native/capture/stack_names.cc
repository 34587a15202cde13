#include "capture/stack_names.h"

#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "capture/isolate_state.h"
#include "recording/modules.h"
#include "recording/recording.h"
#include "stacks/stack_table.h"

namespace memspec::capture {

namespace {

using recording::Names;

// A frame of the table of stacks, as numbers of definitions: where something was inlined it stands for several, innermost first.
using FrameNumbers = std::vector<Names::Number>;

// Under the names' mutex.
struct Known {
  std::unordered_map<std::uint64_t, FrameNumbers> frames;
  std::unordered_map<std::uint64_t, Names::Number> scripts;  // by isolate and V8's id
  recording::Modules modules;
};
Known& TheKnown() {
  static Known* const known = new Known;
  return *known;
}

Names::Number NativeFrame(Names& names, std::uintptr_t return_address) {
  const recording::Modules::Module* const module = TheKnown().modules.Find(return_address - 1);
  if (module == nullptr) return names.NativeFrame(0, return_address, "");
  const Names::Number number = names.Module({module->path, module->build_id, module->bias, module->begin, module->end});
  return names.NativeFrame(number, return_address - module->bias, "");
}

Names::Number ScriptOf(const RecursionGuard& guard, Names& names, IsolateState& state, recording::IsolateNumber isolate,
                       const stacks::Frame& frame) {
  if (frame.script_id < 0) return 0;
  const std::uint64_t key = static_cast<std::uint64_t>(isolate) << 32 | static_cast<std::uint32_t>(frame.script_id);
  const auto known = TheKnown().scripts.find(key);
  if (known != TheKnown().scripts.end()) return known->second;
  const std::string map = stacks::SourceMapUrl(guard, state.isolate(), state.code(), frame.script_id);
  const Names::Number number = names.Script(frame.url, map);
  TheKnown().scripts.emplace(key, number);
  return number;
}

FrameNumbers CodeFrames(const RecursionGuard& guard, Names& names, IsolateState& state, recording::IsolateNumber isolate,
                        stacks::FrameKey key) {
  FrameNumbers numbers;
  std::vector<stacks::Frame> frames;
  stacks::AppendFrames(guard, state.isolate(), state.code(), key, frames);
  for (const stacks::Frame& frame : frames) {
    unsigned flags = frame.line_is_function ? recording::kFramePositionIsFunction : 0;
    if (frame.inlined) flags |= recording::kFrameInlined;
    if (frame.kind == stacks::FrameKind::kBuiltin) flags |= recording::kFrameBuiltin;
    if (frame.kind == stacks::FrameKind::kUnknown) flags |= recording::kFrameUnknown;
    const auto whole = [](int value) { return value < 0 ? 0u : static_cast<std::uint32_t>(value); };
    numbers.push_back(names.JavaScriptFrame(frame.function, ScriptOf(guard, names, state, isolate, frame), whole(frame.line),
                                            whole(frame.column), flags));
  }
  return numbers;
}

void NameStack(const RecursionGuard& guard, Names& names, IsolateState* state, recording::IsolateNumber isolate, StackId id) {
  const stacks::StackView stack = stacks::StackOf(id);
  Names::Number node = 0;
  // A node's parent is its caller: from the outermost frame inwards.
  for (std::size_t i = stack.frames.size(); i-- > 0;) {
    const stacks::FrameKey key = stack.frames[i];
    auto known = TheKnown().frames.find(key.bits());
    if (known == TheKnown().frames.end()) {
      FrameNumbers numbers;
      if (key.is_native()) {
        numbers.push_back(NativeFrame(names, key.native_address()));
      } else if (state != nullptr) {
        numbers = CodeFrames(guard, names, *state, isolate, key);
      } else {
        numbers.push_back(names.JavaScriptFrame("", 0, 0, 0, recording::kFrameUnknown));
      }
      known = TheKnown().frames.emplace(key.bits(), std::move(numbers)).first;
    }
    for (std::size_t k = known->second.size(); k-- > 0;) node = names.Node(node, known->second[k]);
  }
  const unsigned truncated = stack.marks.truncated ? recording::kStackTruncated : 0;
  const unsigned missing = stack.marks.native_missing ? recording::kStackNativeMissing : 0;
  names.Stack(id, node, truncated | missing);
}

}  // namespace

void ForgetNamedFrames(const RecursionGuard&) {
  TheKnown().frames.clear();
  TheKnown().scripts.clear();
}

bool StackNames::Waiting() const {
  const std::uint32_t count = recording::FreshStacks();
  for (std::uint32_t i = next_.load(std::memory_order_relaxed); i < count; ++i) {
    if (recording::FreshStackAt(i).isolate == isolate_) return true;
    // Others' need not be looked at again.
    std::uint32_t expected = i;
    next_.compare_exchange_strong(expected, i + 1, std::memory_order_relaxed);
  }
  return false;
}

void StackNames::Name(const RecursionGuard& guard, IsolateState* state) {
  recording::Names* const names = recording::TheNames();
  if (names == nullptr) return;
  const std::lock_guard hold(names->mutex());
  if (recording::TheNames() == nullptr) return;  // it ended meanwhile
  const std::uint32_t count = recording::FreshStacks();
  for (std::uint32_t i = next_.load(std::memory_order_relaxed); i < count; ++i) {
    const recording::FreshStack fresh = recording::FreshStackAt(i);
    if (fresh.isolate == isolate_) NameStack(guard, *names, state, isolate_, fresh.stack);
  }
  next_.store(count, std::memory_order_relaxed);
}

}  // namespace memspec::capture
