// Dominators and retained sizes against their definition: what can no longer be reached when a node is taken away.
#include "graph/dominators.h"

#include <string>
#include <vector>

#include "graph/known_texts.h"
#include "graph/retention.h"
#include "harness.h"
#include "written.h"

namespace test {
namespace {

using memspec::graph::Dominators;
using memspec::graph::Graph;
using memspec::graph::kNoIndex;
using memspec::graph::kRoot;
using memspec::graph::KnownTexts;
using memspec::graph::Node;
using memspec::graph::Retention;

// The definition, told a second time: what keeps alive.
struct Model {
  explicit Model(const Written& written) : heap(written) {}

  bool Keeps(std::uint32_t from, const WrittenEdge& edge) const {
    if (edge.type == EdgeType::kWeak) return false;
    if (edge.type == EdgeType::kShortcut) return from == 0;
    // A WeakMap's own edge to a value; the key's is the other.
    return edge.name.find("(table @" + std::to_string(heap.nodes[from].id) + ")") == std::string::npos;
  }
  bool IsQueue(std::uint32_t node) const { return heap.nodes[node].name == "Node / CleanupQueue"; }

  // Reachable from the root without `gone`. What only cleanup queues lead to is as if the root had it.
  std::vector<bool> Reachable(std::uint32_t gone, const std::vector<std::uint32_t>& adopted) const {
    std::vector<bool> seen(heap.nodes.size());
    std::vector<std::uint32_t> open;
    const auto reach = [&](std::uint32_t node) {
      if (node == gone || seen[node]) return;
      seen[node] = true;
      open.push_back(node);
    };
    reach(0);
    if (gone != 0) {
      for (const std::uint32_t node : adopted) reach(node);
    }
    while (!open.empty()) {
      const std::uint32_t node = open.back();
      open.pop_back();
      if (IsQueue(node)) continue;
      for (const WrittenEdge& edge : heap.nodes[node].edges) {
        if (Keeps(node, edge)) reach(edge.to);
      }
    }
    return seen;
  }

  // In the order in which the search meets queues: one that was adopted may lead to more.
  std::vector<std::uint32_t> Adopted(const std::vector<Node>& order) const {
    std::vector<std::uint32_t> adopted;
    std::vector<bool> seen = Reachable(kNoIndex, adopted);
    for (bool more = true; more;) {
      more = false;
      for (const Node node : order) {
        if (!IsQueue(node) || !seen[node]) continue;
        for (const WrittenEdge& edge : heap.nodes[node].edges) {
          if (!Keeps(node, edge) || seen[edge.to]) continue;
          adopted.push_back(edge.to);
          seen = Reachable(kNoIndex, adopted);
          more = true;
        }
      }
    }
    return adopted;
  }

  const Written& heap;
};

Written RandomHeap(Random& random) {
  Written heap;
  heap.Add(NodeType::kSynthetic, "", 0);
  const std::uint32_t count = 1 + random.Below(24);
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool queue = random.OneIn(12);
    heap.Add(queue ? NodeType::kNative : NodeType::kObject, queue ? "Node / CleanupQueue" : "Thing", random.Below(1000));
  }
  const std::uint32_t nodes = count + 1;
  // From chains to thickets.
  const std::uint32_t edges = nodes / 2 + random.Below(3 * nodes);
  for (std::uint32_t i = 0; i < edges; ++i) {
    const std::uint32_t from = random.OneIn(8) ? 0 : random.Below(nodes);
    const std::uint32_t to = random.Below(nodes);
    switch (random.Below(10)) {
      case 0:
        heap.Link(from, to, EdgeType::kWeak, "weak");
        break;
      case 1:
        heap.Link(from, to, EdgeType::kShortcut, "short");
        break;
      case 2: {
        if (heap.nodes[from].type == NodeType::kNative) break;  // no key of a WeakMap
        const std::uint32_t table = random.Below(nodes);
        const std::string name = std::to_string(random.Below(9)) + " / part of key (T) @9) -> value (Object @" +
                                 std::to_string(heap.nodes[to].id) + ") pair in WeakMap (table @" +
                                 std::to_string(heap.nodes[table].id) + ")";
        heap.Link(from, to, EdgeType::kInternal, name);
        heap.Link(table, to, EdgeType::kInternal, name);
        break;
      }
      default:
        heap.Link(from, to, random.OneIn(2) ? EdgeType::kProperty : EdgeType::kElement);
    }
  }
  return heap;
}

void CheckAgainstModel(const Written& heap) {
  const Read read = ReadText(heap.Text());
  CHECK_EQUAL(read.problem.what, "");
  const Graph& graph = *read.graph;
  const KnownTexts known(graph);
  const Retention retention(graph, known);
  Dominators found;
  CHECK(memspec::graph::FindDominators(graph, retention, &found));
  const Model model(heap);
  const std::vector<Node> order(found.order.begin(), found.order.end());
  const std::vector<std::uint32_t> adopted = model.Adopted(order);
  const std::vector<bool> alive = model.Reachable(kNoIndex, adopted);
  std::vector<std::vector<bool>> without;
  for (Node node = 0; node < graph.nodes(); ++node) without.push_back(model.Reachable(node, adopted));
  std::vector<bool> listed(graph.nodes());
  for (const Node node : order) listed[node] = true;
  for (Node node = 0; node < graph.nodes(); ++node) {
    CHECK_EQUAL(listed[node], alive[node]);
    if (!alive[node]) {
      CHECK_EQUAL(found.dominator[node], kNoIndex);
      CHECK_EQUAL(found.retained[node], graph.self_size(node));
      continue;
    }
    std::uint64_t retained = 0;
    for (Node other = 0; other < graph.nodes(); ++other) {
      if (alive[other] && !without[node][other]) retained += graph.self_size(other);
    }
    CHECK_EQUAL(found.retained[node], retained);
    if (node == kRoot) continue;
    const Node dominator = found.dominator[node];
    CHECK(dominator != kNoIndex && dominator != node && !without[dominator][node]);
    // Immediate: every other that dominates the node dominates its dominator.
    for (Node other = 0; other < graph.nodes(); ++other) {
      if (other == node || !alive[other] || without[other][node]) continue;
      CHECK(other == dominator || !without[other][dominator]);
    }
  }
}

TEST("dominators and retained sizes are those of the definition on random graphs") {
  for (unsigned seed = 0; seed < 5 * Seeds(); ++seed) {
    Random random(seed);
    const Written heap = RandomHeap(random);
    try {
      CheckAgainstModel(heap);
    } catch (const Failure& failure) {
      throw Failure{"seed " + std::to_string(seed) + ": " + failure.message};
    }
  }
}

TEST("a list of two hundred thousand is no deeper than one of ten") {
  Written heap;
  heap.Add(NodeType::kSynthetic, "", 0);
  constexpr std::uint32_t kLength = 200'000;
  for (std::uint32_t i = 0; i < kLength; ++i) heap.Link(i, heap.Add(NodeType::kObject, "Link", 10));
  const Read read = ReadText(heap.Text());
  const KnownTexts known(*read.graph);
  const Retention retention(*read.graph, known);
  Dominators found;
  CHECK(memspec::graph::FindDominators(*read.graph, retention, &found));
  CHECK_EQUAL(found.retained[0], 10u * kLength);
  CHECK_EQUAL(found.retained[kLength], 10u);
  CHECK_EQUAL(found.dominator[kLength], kLength - 1);
}

}  // namespace
}  // namespace test
