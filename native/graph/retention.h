// Which references keep what they lead to alive. As Chrome's DevTools has it: weak ones do not; shortcuts (a second, shorter
// way beside the real one) do from the root alone; the value in a WeakMap is held by its key, for as long as the WeakMap lives.
// Beyond that, Node's cleanup queue lists every C++ object, also those that hold their JavaScript object weakly (Node
// gives the strong ones an edge from the root of their own): it is followed where nothing else leads to a node.
// Immutable once made. Any thread.
#pragma once
#include <unordered_set>
#include <vector>

#include "graph/graph.h"
#include "graph/known_texts.h"

namespace memspec::graph {

enum class Hold : std::uint8_t {
  kNone,
  kRetains,
  kOfKey,        // from a key of a WeakMap to the value: only while the map's table lives, too
  kOfTable,      // the same reference, told a second time, from the table
  kLastResort,   // from Node's cleanup queue
};

class Retention {
 public:
  Retention(const Graph& graph, const KnownTexts& known);

  Hold Of(Node from, Edge edge) const {
    switch (graph_.edge_type(edge)) {
      case EdgeType::kWeak:
        return Hold::kNone;
      case EdgeType::kShortcut:
        return from == kRoot ? Hold::kRetains : Hold::kNone;
      case EdgeType::kInternal:
        if (is_pair_[graph_.edge_name(edge)] != 0) return OfPair(from, edge);
        break;
      default:
        break;
    }
    return graph_.name(from) == cleanup_queue_ ? Hold::kLastResort : Hold::kRetains;
  }
  bool Retains(Node from, Edge edge) const {
    const Hold hold = Of(from, edge);
    return hold == Hold::kRetains || hold == Hold::kOfKey;
  }
  // Whether a WeakMap has its entries in this node.
  bool IsTable(ObjectId id) const { return !table_ids_.empty() && table_ids_.contains(id); }
  // The table of an edge that is kOfKey or kOfTable.
  ObjectId TableOf(Edge edge) const;

 private:
  Hold OfPair(Node from, Edge edge) const;

  const Graph& graph_;
  const Text cleanup_queue_;
  Column<std::uint8_t> is_pair_;  // by text
  std::vector<std::pair<Text, ObjectId>> tables_;  // by text, ascending
  std::unordered_set<ObjectId> table_ids_;
};

}  // namespace memspec::graph
