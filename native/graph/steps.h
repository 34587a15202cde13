// A way through the graph as the steps a person would name: what V8 puts between a thing and what it holds (stores, tables,
// cells, scopes, Node's listener lists) is folded into the step, and so are alike steps in a row. Any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/describe.h"
#include "graph/graph.h"
#include "graph/known_texts.h"
#include "graph/paths.h"
#include "graph/scopes.h"

namespace memspec::graph {

enum class StepKind : std::uint8_t {
  kProperty, kElement, kVariable, kModuleVariable, kKey, kValue, kEntry, kListener, kWeakKey, kInternal
};
const char* NameOf(StepKind kind);

struct Step {
  StepKind kind = StepKind::kInternal;
  std::string name;
  Node node = kNoIndex;
  std::uint32_t times = 1;
};

struct Path {
  const char* root = "";
  std::string_view root_url;  // of a module
  Rank rank = Rank::kUnreached;
  std::vector<Step> steps;
};

class Steps {
 public:
  Steps(const Graph& graph, const KnownTexts& known, const Scopes& scopes, const Describer& describer, const Paths& paths)
      : graph_(graph), known_(known), scopes_(scopes), describer_(describer), paths_(paths) {}

  // Of a node that was reached.
  Path PathTo(Node node) const;

  // Whose names V8 or Node gave to what lies between.
  bool IsBetween(Node node) const;

 private:
  struct Walk;
  struct Label {
    StepKind kind = StepKind::kInternal;
    std::string name;
  };

  void SetRoot(const std::vector<Node>& nodes, Path* path) const;
  void Take(Walk* walk, Node from, Edge edge, bool last) const;
  Label LabelOf(const Walk& walk, Node from, Edge edge) const;
  Label TableLabel(const Walk& walk, Node table, Edge edge) const;
  std::uint32_t SlotOf(Edge edge) const;
  std::string KeyName(Node table, Edge value) const;
  static void Fold(std::vector<Step>* steps, const Describer& describer);

  const Graph& graph_;
  const KnownTexts& known_;
  const Scopes& scopes_;
  const Describer& describer_;
  const Paths& paths_;
};

}  // namespace memspec::graph
