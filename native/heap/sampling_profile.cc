#include "heap/sampling_profile.h"

#include <algorithm>
#include <string>
#include <utility>

namespace memspec::heap {
namespace {

std::string Utf8(v8::Isolate* isolate, v8::Local<v8::String> text) {
  const v8::String::Utf8Value utf8(isolate, text);
  return *utf8 == nullptr ? "" : std::string(*utf8, static_cast<std::size_t>(utf8.length()));
}

}  // namespace

SamplingProfile::SamplingProfile(v8::Isolate* isolate, v8::AllocationProfile& profile) : isolate_(isolate) {
  using Node = v8::AllocationProfile::Node;
  std::vector<std::pair<const Node*, const Node*>> open{{profile.GetRootNode(), nullptr}};
  while (!open.empty()) {
    const auto [node, parent] = open.back();
    open.pop_back();
    stacks::FunctionStart start{node->script_id, node->line_number, node->column_number};
    if (node->script_id == v8::UnboundScript::kNoScriptId) {
      start = parent == nullptr ? stacks::FunctionStart{} : nodes_[parent->node_id].start;
    }
    nodes_[node->node_id] = {node, parent == nullptr ? 0 : parent->node_id, start};
    for (const Node* child : node->children) open.emplace_back(child, node);
  }
  samples_.assign(profile.GetSamples().begin(), profile.GetSamples().end());
  std::sort(samples_.begin(), samples_.end(), [](const Sample& a, const Sample& b) { return a.sample_id < b.sample_id; });
}

bool SamplingProfile::Agrees(const Sample& sample, stacks::FunctionStart ours) const {
  const auto node = nodes_.find(sample.node_id);
  if (node == nodes_.end() || ours.script_id < 0) return false;
  const stacks::FunctionStart& theirs = node->second.start;
  if (theirs.script_id != ours.script_id) return false;
  // A script's top level has no position in the code events.
  return ours.line == 0 || (theirs.line == ours.line && theirs.column == ours.column);
}

std::vector<stacks::Frame> SamplingProfile::Frames(std::uint32_t node_id) const {
  std::vector<stacks::Frame> frames;
  for (auto at = nodes_.find(node_id); at != nodes_.end() && at->second.parent != 0; at = nodes_.find(at->second.parent)) {
    const auto& node = *at->second.node;
    stacks::Frame frame{};
    const bool in_script = node.script_id != v8::UnboundScript::kNoScriptId;
    frame.kind = in_script ? stacks::FrameKind::kJavaScript : stacks::FrameKind::kBuiltin;
    frame.function = Utf8(isolate_, node.name);
    frame.url = Utf8(isolate_, node.script_name);
    frame.script_id = in_script ? node.script_id : -1;
    frame.line = node.line_number;
    frame.column = node.column_number;
    frame.line_is_function = true;
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace memspec::heap
