// How a node is kept alive, as a number that is the same for alike ways: the types and names on the shortest path, repetitions
// folded, indexes and keys left out. One thread; 4 bytes a node, touched only where asked.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "graph/describe.h"
#include "graph/graph.h"
#include "graph/paths.h"
#include "graph/steps.h"

namespace memspec::graph {

using ShapeId = std::uint32_t;

class Shapes {
 public:
  Shapes(const Graph& graph, const Describer& describer, const Paths& paths, const Steps& steps)
      : graph_(graph), describer_(describer), paths_(paths), steps_(steps) {}
  bool Allocate() { return of_.Allocate(graph_.nodes()); }

  // Of the way to `node`, itself included. The node must have been reached.
  ShapeId Of(Node node);
  // Of the way to what holds `node`; 0 for a start.
  ShapeId OfHolder(Node node);
  // Of the way up to the last step, which is left out also where it repeats those before it.
  ShapeId Before(Node node) { return entries_[Of(node)].parent; }
  // The last step to `node` only repeats those before it, as in a list.
  bool Repeats(Node node) { return OfHolder(node) == Of(node) && !steps_.IsBetween(node); }

 private:
  struct Entry {
    ShapeId parent;
    std::uint64_t step;
  };

  ShapeId Append(ShapeId shape, std::uint64_t step);
  std::uint64_t StepTo(Node node, Node source, Edge edge) const;

  const Graph& graph_;
  const Describer& describer_;
  const Paths& paths_;
  const Steps& steps_;
  Column<ShapeId> of_;  // 0: not asked yet
  std::vector<Entry> entries_{{0, 0}};
  std::unordered_map<std::uint64_t, ShapeId> known_entries_;
};

}  // namespace memspec::graph
