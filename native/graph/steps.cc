#include "graph/steps.h"

#include <algorithm>
#include <charconv>

namespace memspec::graph {

namespace {

constexpr std::size_t kMaxName = 60;
// Of what repeats: `next`, `next.value`, `[…].then` have periods of one, two and three steps.
constexpr std::size_t kMaxFoldedPeriod = 3;
constexpr const char* kReaction = "reaction";
constexpr const char* kStepNames[] = {"property", "element", "variable", "module variable", "key",
                                      "value",    "entry",   "listener", "weak key",        "internal"};

// V8's hash tables of insertion order, in slots of a pointer: three of head, the buckets, then rows of `row`; two rows a bucket.
struct Table {
  std::uint32_t first = 0;
  std::uint32_t row = 0;
};
Table TableOf(std::uint64_t bytes, bool is_map) {
  const std::uint32_t row = is_map ? 3 : 2;
  for (const std::uint64_t slot : {8u, 4u}) {
    const std::uint64_t header = 2 * slot;
    if (bytes < header + 3 * slot) continue;
    const std::uint64_t slots = (bytes - header) / slot;
    const std::uint64_t per_bucket = 1 + 2 * row;
    if ((slots - 3) % per_bucket == 0) return {static_cast<std::uint32_t>(3 + (slots - 3) / per_bucket), row};
  }
  return {};
}

}  // namespace

const char* NameOf(StepKind kind) { return kStepNames[static_cast<std::size_t>(kind)]; }

// What a walk has passed and not yet named.
struct Steps::Walk {
  Path* path;
  Node owner = kNoIndex;        // the last thing named
  bool pending = false;         // `label` says how it holds what comes, whatever lies between
  Label label;
  enum class Listeners : std::uint8_t { kNone, kEvents, kTargetMap, kOfEvent } listeners = Listeners::kNone;
};

bool Steps::IsBetween(Node node) const {
  const Text name = graph_.name(node);
  switch (graph_.type(node)) {
    case NodeType::kObject:
      return scopes_.IsContext(node) || describer_.IsCarrier(node);
    case NodeType::kHidden:
      return name == known_.text_module || describer_.IsCarrier(node);
    default:
      return describer_.IsCarrier(node);
  }
}

void Steps::SetRoot(const std::vector<Node>& nodes, Path* path) const {
  const Node start = nodes.front();
  if (start != kRoot) {
    const bool module = scopes_.IsContext(start);
    path->root = !module ? "global" : paths_.rank(start) == Rank::kNodeModules ? "module of Node" : "module";
    if (module) path->root_url = scopes_.ScriptOf(start);
    return;
  }
  path->root = "V8";
  for (const Node node : nodes) {
    const Text name = graph_.name(node);
    if (graph_.type(node) != NodeType::kSynthetic && graph_.type(node) != NodeType::kNative) break;
    if (name == known_.stack_roots) path->root = "stack";
    if (name == known_.handle_scope) path->root = "handle scope";
    if (name == known_.global_handles || name == known_.traced_handles) path->root = "global handle";
    if (graph_.type(node) == NodeType::kNative || graph_.text(name).starts_with("Node")) path->root = "native";
  }
}

Path Steps::PathTo(Node node) const {
  Path path;
  path.rank = paths_.rank(node);
  std::vector<Node> nodes{node};
  std::vector<Edge> edges;
  while (!paths_.IsStart(nodes.back())) {
    edges.push_back(paths_.edge_to(nodes.back()));
    nodes.push_back(paths_.SourceOf(edges.back()));
  }
  std::reverse(nodes.begin(), nodes.end());
  std::reverse(edges.begin(), edges.end());
  SetRoot(nodes, &path);
  Walk walk{&path, nodes.front(), false, {}, Walk::Listeners::kNone};
  for (std::size_t i = 0; i < edges.size(); ++i) Take(&walk, nodes[i], edges[i], i + 1 == edges.size());
  Fold(&path.steps, describer_);
  return path;
}

void Steps::Take(Walk* walk, Node from, Edge edge, bool last) const {
  using Listeners = Walk::Listeners;
  const Node to = graph_.target(edge);
  if (graph_.type(from) == NodeType::kSynthetic && graph_.type(to) == NodeType::kSynthetic) return;
  const Text name = Graph::IsIndexed(graph_.edge_type(edge)) ? kNoIndex : graph_.edge_name(edge);
  if (walk->listeners == Listeners::kEvents && graph_.type(to) != NodeType::kArray) {
    walk->label = {StepKind::kListener, std::string(graph_.edge_text(edge))};
    walk->listeners = Listeners::kOfEvent;
    walk->pending = true;
  } else if (walk->listeners == Listeners::kTargetMap && graph_.type(from) == NodeType::kArray) {
    walk->label = {StepKind::kListener, KeyName(from, edge)};
    walk->listeners = Listeners::kOfEvent;
    walk->pending = true;
  } else if (walk->listeners != Listeners::kOfEvent) {
    Label label = LabelOf(*walk, from, edge);
    // What was said by what lies between (a variable, a key) holds, unless it says nothing.
    if (!walk->pending || (walk->label.kind == StepKind::kInternal && walk->label.name != kReaction)) walk->label = std::move(label);
    walk->pending = true;
  }
  if (!last) {
    if (name == known_.events && name != kNoIndex) {
      walk->listeners = Listeners::kEvents;
      return;
    }
    if (name == known_.target_events && name != kNoIndex) {
      walk->listeners = Listeners::kTargetMap;
      return;
    }
    const bool chain = walk->listeners == Listeners::kOfEvent && graph_.type(to) == NodeType::kObject;
    if (chain || IsBetween(to)) return;
  }
  walk->path->steps.push_back({walk->label.kind, std::move(walk->label.name), to, 1});
  walk->owner = to;
  walk->pending = false;
  walk->label = {};
  walk->listeners = Listeners::kNone;
}

Steps::Label Steps::LabelOf(const Walk& walk, Node from, Edge edge) const {
  const std::string text(Describer::Shorten(graph_.edge_text(edge), kMaxName));
  if (scopes_.IsContext(from)) {
    const std::string_view variable = scopes_.VariableOf(from, edge);
    const bool slot = graph_.edge_type(edge) == EdgeType::kContext || graph_.edge_type(edge) == EdgeType::kHidden;
    if (!slot) return {StepKind::kInternal, text};
    return {scopes_.IsModuleScope(from) ? StepKind::kModuleVariable : StepKind::kVariable, std::string(variable)};
  }
  switch (graph_.edge_type(edge)) {
    case EdgeType::kContext:
      return {StepKind::kVariable, text};
    case EdgeType::kElement:
      if (graph_.type(from) == NodeType::kSynthetic) return {StepKind::kInternal, std::string(graph_.node_name(from))};
      return {StepKind::kElement, std::to_string(graph_.edge_name(edge))};
    case EdgeType::kProperty:
    case EdgeType::kShortcut:
      return {StepKind::kProperty, text};
    case EdgeType::kHidden:
      if (graph_.name(from) == known_.property_array) return {StepKind::kProperty, ""};
      return {StepKind::kInternal, ""};
    default:
      break;
  }
  if (graph_.type(from) == NodeType::kSynthetic) return {StepKind::kInternal, std::string(graph_.node_name(from))};
  if (text.find(" / part of key (") != std::string::npos) return {StepKind::kWeakKey, "WeakMap"};
  if (graph_.type(from) == NodeType::kArray) return TableLabel(walk, from, edge);
  if (known_.reactions != kNoIndex && graph_.edge_name(edge) == known_.reactions) {
    const bool waits = graph_.name(graph_.target(edge)) == known_.promise_reaction;
    return {StepKind::kInternal, waits ? kReaction : "result"};
  }
  return {StepKind::kInternal, text};
}

// The number of a slot that an edge of a table names; kNoIndex: it names none.
std::uint32_t Steps::SlotOf(Edge edge) const {
  const std::string_view text = graph_.edge_text(edge);
  std::uint32_t slot = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), slot);
  return error == std::errc() && stopped == text.data() + text.size() ? slot : kNoIndex;
}

// The text in the slot before: the key of a row, where it is one. Its edge is the one before.
std::string Steps::KeyName(Node table, Edge value) const {
  if (value == graph_.first_edge(table)) return {};
  const Edge before = value - 1;
  if (graph_.edge_type(before) != EdgeType::kInternal || SlotOf(before) + 1 != SlotOf(value)) return {};
  const Kind kind = describer_.KindOf(graph_.target(before));
  const bool says = kind == Kind::kString || kind == Kind::kSymbol;
  return says ? Describer::Shorten(graph_.node_name(graph_.target(before)), kMaxName) : std::string();
}

Steps::Label Steps::TableLabel(const Walk& walk, Node table, Edge edge) const {
  const std::string slot(graph_.edge_text(edge));
  const std::uint32_t index = SlotOf(edge);
  if (index == kNoIndex) return {StepKind::kInternal, slot};
  if (graph_.name(table) == known_.object_elements) return {StepKind::kElement, slot};
  if (graph_.name(table) == known_.object_properties) return {StepKind::kProperty, KeyName(table, edge)};
  if (graph_.name(table) == known_.bound_arguments_node) return {StepKind::kInternal, "bound argument " + slot};
  if (graph_.name(graph_.target(edge)) == known_.cell) {
    return {StepKind::kModuleVariable, KeyName(table, edge)};
  }
  if (walk.owner != kNoIndex && scopes_.Follow(walk.owner, known_.table) == table) {
    // Subclasses of Map and Set have names of their own: their tables' shapes tell them apart, where both cannot be.
    const bool named_set = graph_.name(walk.owner) == known_.set_object;
    const Table as_map = TableOf(graph_.self_size(table), true);
    const Table as_set = TableOf(graph_.self_size(table), false);
    const bool is_set = named_set || (as_map.row == 0 && as_set.row != 0);
    if (is_set) return {StepKind::kEntry, ""};
    if (as_map.row != 0 && index >= as_map.first && (index - as_map.first) % as_map.row == 0) return {StepKind::kKey, ""};
    return {StepKind::kValue, KeyName(table, edge)};
  }
  if (walk.owner != kNoIndex && scopes_.Follow(walk.owner, known_.registers) == table) return {StepKind::kVariable, ""};
  return {StepKind::kInternal, ""};
}

// Steps that repeat, one like the other or in turns: the first of them stays, with how often it was.
void Steps::Fold(std::vector<Step>* steps, const Describer& describer) {
  const auto alike = [&](const Step& a, const Step& b) {
    const bool indexed = a.kind == StepKind::kElement || a.kind == StepKind::kValue || a.kind == StepKind::kKey;
    return a.kind == b.kind && (indexed || a.name == b.name) && describer.KeyOf(a.node) == describer.KeyOf(b.node);
  };
  std::vector<Step> folded;
  for (Step& step : *steps) {
    folded.push_back(std::move(step));
    for (std::size_t period = 1; period <= kMaxFoldedPeriod && 2 * period <= folded.size(); ++period) {
      const std::size_t last = folded.size() - period;
      bool repeats = true;
      for (std::size_t i = 0; i < period && repeats; ++i) repeats = alike(folded[last + i], folded[last - period + i]);
      if (!repeats) continue;
      for (std::size_t i = 0; i < period; ++i) {
        folded[last - period + i].times += folded[last + i].times;
        folded[last - period + i].node = folded[last + i].node;
      }
      folded.resize(last);
      break;
    }
  }
  *steps = std::move(folded);
}

}  // namespace memspec::graph
