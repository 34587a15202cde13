// Functions, their scopes and their scripts, as far as a snapshot tells: it has no script names by id, and names a scope's variables
// only where the scope is a function's. Immutable once made, but for a table that is made when first needed. One thread.
#pragma once
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "graph/known_texts.h"

namespace memspec::graph {

struct Place {
  std::string_view url;
  std::int32_t script_id = -1;
  std::uint32_t line = 0;    // 1-based; 0: unknown
  std::uint32_t column = 0;
  bool known() const { return script_id >= 0; }
};

class Scopes {
 public:
  Scopes(const Graph& graph, const KnownTexts& known);

  // kNoIndex: `node` has no edge of that name.
  Node Follow(Node node, Text edge_name) const;

  bool IsContext(Node node) const {
    return graph_.name(node) == known_.context_node && known_.context_node != kNoIndex;
  }
  // Script name; "" when it has none or is not known.
  std::string_view ScriptOf(Node closure_or_context) const;
  // Of the function whose scope the context is; "" for anonymous ones and for blocks.
  std::string_view FunctionOf(Node context) const;
  // Name of the variable that the edge of a context leads to; "" where it cannot be told.
  std::string_view VariableOf(Node context, Edge edge) const;
  // The outermost scope of a module or a script: within no function but the one that a loader wraps around it.
  bool IsModuleScope(Node context) const;
  // An object that stands for a call of a generator or an async function: V8 names it after neither.
  bool IsSuspended(Node node) const;
  // Where the function is, or the class of an object.
  Place PlaceOf(Node node) const;
  std::string_view UrlOf(std::int32_t script_id) const;

 private:
  // kNoIndex: unknown.
  Node SharedInfoOf(Node context) const;
  Node ScriptNodeOf(Node shared) const;
  Node SharedInfoAround(Node context) const;
  bool FindIsModuleScope(Node context) const;
  std::uint32_t Variables(Node context) const;
  std::string_view NumberedVariable(Node context, Node scope, std::uint32_t number) const;
  std::uint32_t VariableNamedAs(Node closure, const std::vector<Node>& names) const;
  bool IsDeclaration(Node context) const;

  const Graph& graph_;
  const KnownTexts& known_;
  std::uint64_t slot_bytes_;
  std::unordered_map<Node, Node> shared_of_scope_;  // ScopeInfo → SharedFunctionInfo
  std::unordered_map<std::int32_t, Text> url_of_script_;
  mutable Column<Node> closure_of_;  // context → a closure made in it
  // By ScopeInfo: all contexts of one function are alike.
  mutable std::unordered_map<Node, bool> module_scopes_;
  mutable std::unordered_map<Node, Text> script_of_scope_;
};

}  // namespace memspec::graph
