#include "graph/shapes.h"

#include "graph/mix.h"

namespace memspec::graph {

namespace {

constexpr std::uint32_t kMaxPeriod = 3;
// Objects with more properties are used as maps: their names say nothing of the shape. Global objects have more.
constexpr Edge kMaxProperties = 40;
constexpr Edge kMaxGlobals = 2000;

}  // namespace

std::uint64_t Shapes::StepTo(Node node, Node source, Edge edge) const {
  const EdgeType type = graph_.edge_type(edge);
  const Edge edges = graph_.end_edge(source) - graph_.first_edge(source);
  const bool named = (type == EdgeType::kProperty || type == EdgeType::kContext) &&
                     edges <= (paths_.IsStart(source) ? kMaxGlobals : kMaxProperties);
  const std::uint64_t name = named ? graph_.edge_name(edge) + std::uint64_t{1} : 0;
  return Mix(Mix(static_cast<std::uint64_t>(type), name), describer_.KeyOf(node));
}

ShapeId Shapes::Append(ShapeId shape, std::uint64_t step) {
  ShapeId back[2 * kMaxPeriod] = {shape};
  for (std::uint32_t i = 1; i < 2 * kMaxPeriod; ++i) back[i] = entries_[back[i - 1]].parent;
  // back[p - 1] is where the step stood one period ago; the p - 1 steps since must repeat those before it.
  for (std::uint32_t period = 1; period <= kMaxPeriod; ++period) {
    bool repeats = entries_[back[period - 1]].step == step && back[period - 1] != 0;
    for (std::uint32_t i = 0; i + 1 < period && repeats; ++i) {
      repeats = entries_[back[i]].step == entries_[back[i + period]].step && back[i + period] != 0;
    }
    if (repeats) return back[period - 1];
  }
  const auto [found, fresh] = known_entries_.try_emplace(Mix(shape, step), static_cast<ShapeId>(entries_.size()));
  if (fresh) entries_.push_back({shape, step});
  return found->second;
}

ShapeId Shapes::Of(Node node) {
  std::vector<Node> trail;
  Node at = node;
  while (of_[at] == 0 && !paths_.IsStart(at)) {
    trail.push_back(at);
    at = paths_.SourceOf(paths_.edge_to(at));
  }
  if (of_[at] == 0) of_[at] = Append(0, Mix(graph_.id(at), 0));
  ShapeId shape = of_[at];
  for (std::size_t i = trail.size(); i > 0; --i) {
    const Node next = trail[i - 1];
    if (!steps_.IsBetween(next)) shape = Append(shape, StepTo(next, at, paths_.edge_to(next)));
    of_[next] = shape;
    at = next;
  }
  return shape;
}

ShapeId Shapes::OfHolder(Node node) {
  return paths_.IsStart(node) ? 0 : Of(paths_.SourceOf(paths_.edge_to(node)));
}

}  // namespace memspec::graph
