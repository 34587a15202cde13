// A graph with all that is asked of it: made once, in the order in which one builds on the other. One thread.
#pragma once
#include <memory>

#include "graph/describe.h"
#include "graph/dominators.h"
#include "graph/graph.h"
#include "graph/known_texts.h"
#include "graph/retention.h"
#include "graph/scopes.h"

namespace memspec::graph {

class Heap {
 public:
  // nullptr: there was no memory for its analysis.
  static std::unique_ptr<Heap> Of(std::unique_ptr<Graph> graph);

  const Graph& graph() const { return *graph_; }
  const KnownTexts& known() const { return known_; }
  const Retention& retention() const { return retention_; }
  const Scopes& scopes() const { return scopes_; }
  const Describer& describer() const { return describer_; }
  const Dominators& dominators() const { return dominators_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t own_bytes() const;

 private:
  explicit Heap(std::unique_ptr<Graph> graph);

  const std::unique_ptr<Graph> graph_;
  const KnownTexts known_;
  const Retention retention_;
  const Scopes scopes_;
  const Describer describer_;
  Dominators dominators_;
  std::uint64_t bytes_ = 0;
};

}  // namespace memspec::graph
