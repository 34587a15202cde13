#include "graph/graph.h"

#include <algorithm>

namespace memspec::graph {

const Location* Graph::location(Node node) const {
  const Location* const found = std::lower_bound(
      locations_.begin(), locations_.end(), node, [](const Location& one, Node wanted) { return one.node < wanted; });
  return found != locations_.end() && found->node == node ? found : nullptr;
}

Node Graph::Find(ObjectId id) const {
  const ObjectId* const found = std::find(id_.begin(), id_.end(), id);
  return found == id_.end() ? kNoIndex : static_cast<Node>(found - id_.begin());
}

std::uint64_t Graph::LargeSize(Node node) const {
  const auto found = std::lower_bound(large_sizes_.begin(), large_sizes_.end(), node,
                                      [](const auto& one, Node wanted) { return one.first < wanted; });
  return found->second;
}

std::uint64_t Graph::own_bytes() const {
  return type_.bytes() + name_.bytes() + id_.bytes() + self_size_.bytes() + first_edge_.bytes() + trace_.bytes() +
         target_.bytes() + edge_name_.bytes() + text_bytes_.bytes() + text_start_.bytes() + locations_.bytes() +
         traces_.functions.bytes() + traces_.nodes.bytes();
}

}  // namespace memspec::graph
