#include "recording/names.h"

#include <utility>

#include "recording/bytes.h"

namespace memspec::recording {
namespace {

// Chunks of about this size; a record is never split.
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

std::string Begin(Definition type) { return std::string(1, static_cast<char>(type)); }

template <class... Values>
std::string Record(Definition type, Values... values) {
  std::string record = Begin(type);
  (AppendUnsigned(record, static_cast<std::uint64_t>(values)), ...);
  return record;
}

}  // namespace

void Names::Reset() {
  for (Numbers* known : {&strings_, &scripts_, &modules_, &frames_}) known->clear();
  nodes_.clear();
  last_string_ = last_script_ = last_module_ = last_frame_ = last_node_ = 0;
  waiting_.clear();
}

void Names::Append(const std::string& record) {
  if (waiting_.empty() || waiting_.back().size() + record.size() > kChunkBytes) waiting_.emplace_back();
  waiting_.back() += record;
}

Names::Number Names::Interned(Numbers& known, Number& last, std::string record) {
  const auto [it, fresh] = known.try_emplace(std::move(record), last + 1);
  if (!fresh) return it->second;
  Append(it->first);
  return ++last;
}

Names::Number Names::String(std::string_view text) {
  if (text.empty() || text.size() > kLongestString) return 0;
  std::string record = Record(Definition::kString, text.size());
  record += text;
  return Interned(strings_, last_string_, std::move(record));
}

Names::Number Names::Script(std::string_view name, std::string_view source_map_url) {
  const Number of_name = String(name);
  return Interned(scripts_, last_script_, Record(Definition::kScript, of_name, String(source_map_url)));
}

Names::Number Names::Module(const ModulePlace& module) {
  const Number path = String(module.path);
  const Number build_id = String(module.build_id);
  return Interned(modules_, last_module_,
                  Record(Definition::kModule, path, build_id, module.bias, module.begin, module.end));
}

Names::Number Names::JavaScriptFrame(std::string_view function, Number script, std::uint32_t line, std::uint32_t column,
                                     unsigned flags) {
  return Interned(frames_, last_frame_,
                  Record(Definition::kJavaScriptFrame, String(function), script, line, column, flags));
}

Names::Number Names::NativeFrame(Number module, std::uint64_t address, std::string_view symbol) {
  return Interned(frames_, last_frame_, Record(Definition::kNativeFrame, module, address, String(symbol)));
}

Names::Number Names::Node(Number parent, Number frame) {
  const auto [it, fresh] = nodes_.try_emplace(std::uint64_t{parent} << 32 | frame, last_node_ + 1);
  if (!fresh) return it->second;
  Append(Record(Definition::kNode, parent, frame));
  return ++last_node_;
}

void Names::Stack(StackId stack, Number node, unsigned flags) {
  Append(Record(Definition::kStack, static_cast<std::uint64_t>(stack), node, flags));
}

void Names::Thread(ThreadNumber thread, std::uint64_t system_id, std::string_view name, IsolateNumber isolate) {
  const Number named = String(name);
  Append(Record(Definition::kThread, static_cast<std::uint64_t>(thread), system_id, named,
                static_cast<std::uint64_t>(isolate)));
}

void Names::Isolate(IsolateNumber isolate, bool worker, std::string_view name) {
  const Number named = String(name);
  Append(Record(Definition::kIsolate, static_cast<std::uint64_t>(isolate), worker ? 1 : 0, named));
}

std::vector<std::string> Names::Take() { return std::exchange(waiting_, {}); }

}  // namespace memspec::recording
