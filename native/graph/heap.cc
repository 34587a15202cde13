#include "graph/heap.h"

namespace memspec::graph {

Heap::Heap(std::unique_ptr<Graph> graph)
    : graph_(std::move(graph)),
      known_(*graph_),
      retention_(*graph_, known_),
      scopes_(*graph_, known_),
      describer_(*graph_, known_, scopes_) {
  for (Node node = 0; node < graph_->nodes(); ++node) bytes_ += graph_->self_size(node);
}

std::unique_ptr<Heap> Heap::Of(std::unique_ptr<Graph> graph) {
  std::unique_ptr<Heap> heap(new Heap(std::move(graph)));
  return FindDominators(*heap->graph_, heap->retention_, &heap->dominators_) ? std::move(heap) : nullptr;
}

std::uint64_t Heap::own_bytes() const {
  return graph_->own_bytes() + dominators_.order.bytes() + dominators_.dominator.bytes() + dominators_.retained.bytes();
}

}  // namespace memspec::graph
