// Who alone keeps whom alive. Semi-NCA (Georgiadis, Tarjan, Werneck: Finding Dominators in Practice, 2006), iterative: chains
// of any length are no matter. Any thread. Time: near linear; memory while it runs: 28 bytes a node and 4 an edge, of which
// 16 a node stay.
#pragma once
#include <cstdint>

#include "graph/graph.h"
#include "graph/retention.h"

namespace memspec::graph {

struct Dominators {
  // Depth first from the root: a node's dominator comes before it. Nodes that nothing keeps alive are not in it.
  Column<Node> order;
  // kNoIndex for the root and for what is not in `order`.
  Column<Node> dominator;
  // Own size and that of all it dominates. What is not in `order` retains itself.
  Column<std::uint64_t> retained;
};

// False: there was no memory for it.
bool FindDominators(const Graph& graph, const Retention& retention, Dominators* out);

}  // namespace memspec::graph
