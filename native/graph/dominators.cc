#include "graph/dominators.h"

#include <algorithm>
#include <vector>

namespace memspec::graph {

namespace {

// Numbers are positions in the order of the depth-first search.
using Number = std::uint32_t;

class Search {
 public:
  Search(const Graph& graph, const Retention& retention, Column<Node>& order)
      : graph_(graph), retention_(retention), order_(order) {}

  bool Allocate() {
    const std::size_t nodes = graph_.nodes();
    return order_.Reserve(nodes) && number_.Allocate(nodes) && parent_.Reserve(nodes) && indegree_.Allocate(nodes + 1) &&
           stack_.Reserve(nodes);
  }

  // Numbers all that retaining edges lead to; then what only last resorts lead to, as children of the root.
  bool Run() {
    std::fill(number_.begin(), number_.end(), kNoIndex);
    From(kRoot, 0);
    for (std::size_t i = 0; i < last_resorts_.size(); ++i) {
      const Node target = graph_.target(last_resorts_[i]);
      if (number_[target] == kNoIndex) From(target, 0);
    }
    return CollectPredecessors();
  }

  const Column<Number>& parent() const { return parent_; }
  const Number* first_predecessor(Number number) const { return predecessors_.begin() + start_[number]; }
  const Number* end_predecessor(Number number) const { return predecessors_.begin() + start_[number + 1]; }
  void FreePredecessors() {
    predecessors_.Free();
    start_.Free();
  }
  Column<Number> TakeParents() { return std::move(parent_); }

 private:
  struct Level {
    Node node;
    Edge edge;
  };

  void Visit(Node node, Number parent) {
    number_[node] = static_cast<Number>(order_.size());
    order_.Push(node);
    parent_.Push(parent);
    stack_.Push({node, graph_.first_edge(node)});
  }

  void From(Node start, Number parent) {
    Visit(start, parent);
    while (!stack_.empty()) {
      Level& level = stack_.back();
      if (level.edge == graph_.end_edge(level.node)) {
        stack_.Pop();
        continue;
      }
      const Edge edge = level.edge++;
      const Hold hold = retention_.Of(level.node, edge);
      if (hold == Hold::kLastResort) last_resorts_.push_back(edge);
      if (hold != Hold::kRetains && hold != Hold::kOfKey) continue;
      const Node target = graph_.target(edge);
      const Number from = number_[level.node];
      if (number_[target] == kNoIndex) {
        Visit(target, from);
      } else if (parent_[number_[target]] != from) {
        ++indegree_[target];  // the parent is a predecessor that everybody knows
      }
    }
  }

  bool CollectPredecessors() {
    stack_.Free();
    const std::size_t count = order_.size();
    if (!start_.Allocate(count + 1)) return false;
    std::uint32_t sum = 0;
    for (Number number = 0; number < count; ++number) {
      start_[number] = sum;
      sum += indegree_[order_[number]];
    }
    start_[count] = sum;
    indegree_.Free();
    if (!predecessors_.Allocate(std::max<std::size_t>(sum, 1))) return false;
    // start_[n] moves to the end of n's list while it fills, and ends as the start of n + 1's.
    for (Number number = 0; number < count; ++number) {
      const Node node = order_[number];
      for (Edge edge = graph_.first_edge(node); edge < graph_.end_edge(node); ++edge) {
        if (!retention_.Retains(node, edge)) continue;
        const Number target = number_[graph_.target(edge)];
        if (parent_[target] != number) predecessors_[start_[target]++] = number;
      }
    }
    for (std::size_t number = count; number > 0; --number) start_[number] = start_[number - 1];
    start_[0] = 0;
    number_.Free();
    return true;
  }

  const Graph& graph_;
  const Retention& retention_;
  Column<Node>& order_;
  Column<Number> number_;  // by node
  Column<Number> parent_;  // by number
  Column<std::uint32_t> indegree_;
  Column<Level> stack_;
  std::vector<Edge> last_resorts_;
  Column<std::uint32_t> start_;
  Column<Number> predecessors_;
};

// The forest of what was linked so far, with compressed paths. `best` is the smallest semidominator on the compressed path.
class Forest {
 public:
  bool Allocate(const Column<Number>& parents) {
    const std::size_t count = parents.size();
    if (!ancestor_.Allocate(count) || !best_.Allocate(count)) return false;
    for (Number number = 0; number < count; ++number) {
      ancestor_[number] = parents[number];
      best_[number] = number;
    }
    return true;
  }
  void Link(Number number, Number semi) { best_[number] = semi; }

  // Smallest semidominator on the path from `number` up to, but without, the first that is not linked (`last` or below).
  Number Evaluate(Number number, Number last) {
    if (ancestor_[number] <= last) return best_[number];
    path_.clear();
    Number at = number;
    for (; ancestor_[at] > last; at = ancestor_[at]) path_.push_back(at);
    // `at` is the highest that is linked: those below take over from above.
    const Number top = ancestor_[at];
    Number best = best_[at];
    for (std::size_t i = path_.size(); i > 0; --i) {
      const Number below = path_[i - 1];
      best = std::min(best, best_[below]);
      best_[below] = best;
      ancestor_[below] = top;
    }
    return best;
  }

 private:
  Column<Number> ancestor_;
  Column<Number> best_;
  std::vector<Number> path_;
};

}  // namespace

bool FindDominators(const Graph& graph, const Retention& retention, Dominators* out) {
  Search search(graph, retention, out->order);
  if (!search.Allocate() || !search.Run()) return false;
  const std::size_t count = out->order.size();
  Forest forest;
  Column<Number> semi;
  if (!forest.Allocate(search.parent()) || !semi.Allocate(count)) return false;
  for (Number number = static_cast<Number>(count) - 1; number > 0; --number) {
    Number smallest = search.parent()[number];
    for (const Number* from = search.first_predecessor(number); from != search.end_predecessor(number); ++from) {
      smallest = std::min(smallest, *from <= number ? *from : forest.Evaluate(*from, number));
    }
    semi[number] = smallest;
    forest.Link(number, smallest);
  }
  search.FreePredecessors();
  forest = Forest();
  // The immediate dominator is the nearest ancestor that is not below the semidominator.
  Column<Number> immediate = search.TakeParents();
  for (Number number = 1; number < count; ++number) {
    Number at = immediate[number];
    while (at > semi[number]) at = immediate[at];
    immediate[number] = at;
  }
  semi.Free();
  if (!out->dominator.Allocate(graph.nodes()) || !out->retained.Allocate(graph.nodes())) return false;
  std::fill(out->dominator.begin(), out->dominator.end(), kNoIndex);
  for (Node node = 0; node < graph.nodes(); ++node) out->retained[node] = graph.self_size(node);
  for (Number number = static_cast<Number>(count) - 1; number > 0; --number) {
    const Node dominator = out->order[immediate[number]];
    out->dominator[out->order[number]] = dominator;
    out->retained[dominator] += out->retained[out->order[number]];
  }
  return true;
}

}  // namespace memspec::graph
