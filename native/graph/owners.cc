#include "graph/owners.h"

#include <algorithm>

namespace memspec::graph {

namespace {

std::uint64_t Pair(Node member, TypeKey type) { return type * 0x9e3779b97f4a7c15u ^ member; }

}  // namespace

std::uint32_t Owners::IntervalOf(Node node) const {
  const Graph& graph = heap_.graph();
  if (!Graph::HasBirth(graph.type(node))) return kOld;
  const ObjectId id = graph.id(node);
  if (id <= boundaries_.front()) return kOld;
  if (boundaries_.size() == 1) return 0;
  if (id > boundaries_.back()) return kOld;
  const auto above = std::lower_bound(boundaries_.begin(), boundaries_.end(), id);
  return static_cast<std::uint32_t>(above - boundaries_.begin()) - 1;
}

bool Owners::Find() {
  if (!member_.Allocate(heap_.graph().nodes())) return false;
  Pass();
  if (!promoted_.empty()) {
    nested_.clear();
    Pass();
  }
  return true;
}

// Top down: a node's dominator comes before it.
void Owners::Pass() {
  std::fill(member_.begin(), member_.end(), kNoIndex);
  for (const Node node : heap_.dominators().order) {
    const Node dominator = heap_.dominators().dominator[node];
    if (dominator == kNoIndex) continue;
    const Node through = member_[dominator];
    member_[node] = through;
    const std::uint32_t interval = IntervalOf(node);
    // A store is as old as what it is the store of; carriers are nothing by themselves.
    if (interval == kOld || heap_.describer().IsCarrier(node) || !paths_.Reached(node)) continue;
    if (through == kOfEngine) continue;
    if (through == kNoIndex) {
      member_[node] = IsMadeForOld(node) ? kOfEngine : node;
      continue;
    }
    const Part part = PartOf(node, through, interval);
    if (part == Part::kHeld) continue;
    member_[node] = node;
    if (part == Part::kNestedMember) nested_.insert(node);
  }
}

// What it lists is kept alive by others.
bool Owners::IsWeakList(Node node) const {
  const Text name = heap_.graph().name(node);
  return name != kNoIndex && (name == heap_.known().weak_array_list || name == heap_.known().weak_fixed_array);
}

bool Owners::IsEngines(Node node) const {
  const NodeType type = heap_.graph().type(node);
  return type == NodeType::kCode || type == NodeType::kObjectShape || IsWeakList(node);
}

// Whose it is says the way to it: the first thing on it, from here back, that is more than V8's own. Where that has no birth
// (a C++ object, a root) it may have come with the calls.
bool Owners::IsMadeForOld(Node node) const {
  if (!IsEngines(node)) return false;
  if (IsWeakList(node)) return true;
  const Graph& graph = heap_.graph();
  Node at = node;
  while (IsEngines(at) || graph.type(at) == NodeType::kArray) {
    if (paths_.IsStart(at)) return false;
    at = paths_.SourceOf(paths_.edge_to(at));
  }
  return Graph::HasBirth(graph.type(at)) && graph.id(at) <= boundaries_.front();
}

Owners::Part Owners::PartOf(Node node, Node through, std::uint32_t interval) {
  const TypeKey type = heap_.describer().KeyOf(node);
  const bool same_type = type == heap_.describer().KeyOf(through) && heap_.describer().AreAlike(node, through);
  // A string within a string is a piece of it.
  if (same_type && heap_.describer().KindOf(node) == Kind::kString) return Part::kHeld;
  if (same_type && (IntervalOf(through) != interval || ContinuesList(node, through))) return Part::kNestedMember;
  if (promoted_.contains(Pair(through, type))) return Part::kHead;
  if (IntervalOf(through) >= interval) return Part::kHeld;
  promoted_.insert(Pair(through, type));
  return Part::kHead;
}

// `a → next → b → next → c`: each lives through the one before, and all are of one kind. A tree of an object within another of
// the same type (`{ a: { b: 1 } }`) is none.
bool Owners::ContinuesList(Node node, Node through) {
  if (shapes_.Repeats(node)) return true;
  const Graph& graph = heap_.graph();
  const Edge to = paths_.edge_to(node);
  if (to == kNoIndex || paths_.SourceOf(to) != through || graph.edge_type(to) != EdgeType::kProperty) return false;
  for (Edge edge = graph.first_edge(node); edge < graph.end_edge(node); ++edge) {
    const bool same_name = graph.edge_type(edge) == EdgeType::kProperty && graph.edge_name(edge) == graph.edge_name(to);
    if (same_name) return heap_.describer().KeyOf(graph.target(edge)) == heap_.describer().KeyOf(node);
  }
  return false;
}

}  // namespace memspec::graph
