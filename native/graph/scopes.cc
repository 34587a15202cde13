#include "graph/scopes.h"

#include <algorithm>

namespace memspec::graph {

namespace {

constexpr std::uint32_t kMaxScopes = 64;  // of nested scopes that are looked through
constexpr std::string_view kJestWrapper = "Object.<anonymous>";

// Chrome's V8 compresses pointers to four bytes and aligns objects to them; Node's does not.
std::uint64_t SlotBytesIn(const Graph& graph) {
  for (Node node = 0; node < graph.nodes(); ++node) {
    const NodeType type = graph.type(node);
    if (type != NodeType::kObject && type != NodeType::kClosure) continue;
    if (graph.self_size(node) % 8 != 0) return 4;
  }
  return 8;
}

}  // namespace

Scopes::Scopes(const Graph& graph, const KnownTexts& known)
    : graph_(graph), known_(known), slot_bytes_(SlotBytesIn(graph)) {
  for (Node node = 0; node < graph.nodes(); ++node) {
    if (graph.type(node) != NodeType::kCode) continue;
    for (Edge edge = graph.first_edge(node); edge < graph.end_edge(node); ++edge) {
      if (graph.edge_type(edge) != EdgeType::kInternal || graph.edge_name(edge) != known.name_or_scope_info) continue;
      if (graph.name(graph.target(edge)) == known.scope_info_node) shared_of_scope_.emplace(graph.target(edge), node);
      break;
    }
  }
  for (Node node = 0; node < graph.nodes(); ++node) {
    if (graph.type(node) != NodeType::kClosure) continue;
    const Location* const location = graph.location(node);
    if (location == nullptr || url_of_script_.contains(location->script_id)) continue;
    const Node shared = Follow(node, known.shared);
    const Node script = shared == kNoIndex ? kNoIndex : ScriptNodeOf(shared);
    if (script != kNoIndex) url_of_script_.emplace(location->script_id, graph.name(script));
  }
}

Node Scopes::Follow(Node node, Text edge_name) const {
  if (edge_name == kNoIndex) return kNoIndex;
  for (Edge edge = graph_.first_edge(node); edge < graph_.end_edge(node); ++edge) {
    if (graph_.edge_name(edge) == edge_name && !Graph::IsIndexed(graph_.edge_type(edge))) return graph_.target(edge);
  }
  return kNoIndex;
}

Node Scopes::ScriptNodeOf(Node shared) const {
  const Node script = Follow(shared, known_.script);
  const Node found = script != kNoIndex ? script : Follow(shared, known_.script_or_debug_info);
  if (found == kNoIndex || graph_.type(found) == NodeType::kCode) return found;
  // On Node 18 and 20 the record of a debugger or of coverage stands in its place, and has it.
  constexpr std::uint32_t kScriptOfDebugInfo = 1;
  for (Edge edge = graph_.first_edge(found); edge < graph_.end_edge(found); ++edge) {
    const bool is_script =
        graph_.edge_type(edge) == EdgeType::kHidden && graph_.edge_name(edge) == kScriptOfDebugInfo;
    if (is_script && graph_.type(graph_.target(edge)) == NodeType::kCode) return graph_.target(edge);
  }
  return kNoIndex;
}

std::string_view Scopes::UrlOf(std::int32_t script_id) const {
  const auto found = url_of_script_.find(script_id);
  return found == url_of_script_.end() ? std::string_view() : graph_.text(found->second);
}

Node Scopes::SharedInfoOf(Node context) const {
  const Node scope = Follow(context, known_.scope_info);
  const auto found = scope == kNoIndex ? shared_of_scope_.end() : shared_of_scope_.find(scope);
  return found == shared_of_scope_.end() ? kNoIndex : found->second;
}

// Of the function whose scope a context is, or of one around it: the script is the same.
Node Scopes::SharedInfoAround(Node context) const {
  Node node = context;
  for (std::uint32_t depth = 0; depth < kMaxScopes && node != kNoIndex && IsContext(node); ++depth) {
    const Node shared = SharedInfoOf(node);
    if (shared != kNoIndex) return shared;
    // Dropped code takes the link from the function to its scope with it: a closure made in the scope is of the same script.
    if (closure_of_.empty() && closure_of_.Allocate(graph_.nodes())) {
      for (Node closure = 0; closure < graph_.nodes(); ++closure) {
        if (graph_.type(closure) != NodeType::kClosure) continue;
        const Node scope = Follow(closure, known_.context);
        if (scope != kNoIndex) closure_of_[scope] = closure;
      }
    }
    if (!closure_of_.empty() && closure_of_[node] != 0) return Follow(closure_of_[node], known_.shared);
    node = Follow(node, known_.previous);
  }
  return kNoIndex;
}

std::string_view Scopes::ScriptOf(Node node) const {
  if (graph_.type(node) == NodeType::kClosure) {
    const Node shared = Follow(node, known_.shared);
    const Node script = shared == kNoIndex ? kNoIndex : ScriptNodeOf(shared);
    return script == kNoIndex ? std::string_view() : graph_.node_name(script);
  }
  const Node scope = Follow(node, known_.scope_info);
  if (scope == kNoIndex) return {};
  const auto [found, fresh] = script_of_scope_.try_emplace(scope, kNoIndex);
  if (fresh) {
    const Node shared = SharedInfoAround(node);
    const Node script = shared == kNoIndex ? kNoIndex : ScriptNodeOf(shared);
    if (script != kNoIndex) found->second = graph_.name(script);
  }
  return found->second == kNoIndex ? std::string_view() : graph_.text(found->second);
}

bool Scopes::IsSuspended(Node node) const {
  if (known_.registers == kNoIndex || graph_.type(node) != NodeType::kObject) return false;
  // V8 tells them first.
  constexpr Edge kFirst = 12;
  const Edge end = std::min(graph_.end_edge(node), graph_.first_edge(node) + kFirst);
  for (Edge edge = graph_.first_edge(node); edge < end; ++edge) {
    if (graph_.edge_type(edge) == EdgeType::kInternal && graph_.edge_name(edge) == known_.registers) return true;
  }
  return false;
}

// Slots of a context beside its scope, the outer context and, where there is one, its extension.
std::uint32_t Scopes::Variables(Node context) const {
  const std::uint64_t header = 4 * slot_bytes_;  // map, length, scope_info, previous
  const std::uint64_t size = graph_.self_size(context);
  const std::uint64_t slots = size > header ? (size - header) / slot_bytes_ : 0;
  const bool extended = Follow(context, known_.extension) != kNoIndex;
  return static_cast<std::uint32_t>(slots - (extended && slots > 0 ? 1u : 0u));
}

// V8 tells the variables of functions, modules and evals by name, those of blocks by number.
bool Scopes::IsDeclaration(Node context) const {
  const Node scope = Follow(context, known_.scope_info);
  if (scope != kNoIndex && shared_of_scope_.contains(scope)) return true;
  for (Edge edge = graph_.first_edge(context); edge < graph_.end_edge(context); ++edge) {
    if (graph_.edge_type(edge) == EdgeType::kContext) return true;
  }
  return false;
}

std::string_view Scopes::FunctionOf(Node context) const {
  const Node scope = Follow(context, known_.scope_info);
  if (scope == kNoIndex || !IsDeclaration(context)) return {};
  const std::uint32_t variables = Variables(context);
  for (Edge edge = graph_.first_edge(scope); edge < graph_.end_edge(scope); ++edge) {
    if (graph_.edge_type(edge) != EdgeType::kHidden || graph_.edge_name(edge) != variables) continue;
    const Node name = graph_.target(edge);
    return graph_.type(name) == NodeType::kString ? graph_.node_name(name) : std::string_view();
  }
  return {};
}

std::string_view Scopes::VariableOf(Node context, Edge edge) const {
  if (graph_.edge_type(edge) == EdgeType::kContext) return graph_.edge_text(edge);
  if (graph_.edge_type(edge) != EdgeType::kHidden) return {};
  const Node scope = Follow(context, known_.scope_info);
  return scope == kNoIndex ? std::string_view() : NumberedVariable(context, scope, graph_.edge_name(edge));
}

// V8 counts the variables of a block that hold objects, null and undefined among these: small integers are left out. So a number is that of
// the variable, or less by the integers before it. How many these are is known between two functions and classes that have the names of
// their variables, and at either end.
std::string_view Scopes::NumberedVariable(Node context, Node scope, std::uint32_t number) const {
  std::vector<Node> names;  // of a variable, by its number
  for (Edge one = graph_.first_edge(scope); one < graph_.end_edge(scope); ++one) {
    if (graph_.edge_type(one) != EdgeType::kHidden || graph_.edge_name(one) >= Variables(context)) continue;
    if (names.size() <= graph_.edge_name(one)) names.resize(graph_.edge_name(one) + 1, kNoIndex);
    names[graph_.edge_name(one)] = graph_.target(one);
  }
  std::uint32_t last = number;
  for (Edge one = graph_.first_edge(context); one < graph_.end_edge(context); ++one) {
    if (graph_.edge_type(one) == EdgeType::kHidden) last = std::max(last, graph_.edge_name(one));
  }
  if (names.size() != Variables(context) || last >= names.size()) return {};
  std::uint32_t least = 0;
  std::uint32_t most = static_cast<std::uint32_t>(names.size()) - 1 - last;
  for (Edge one = graph_.first_edge(context); one < graph_.end_edge(context); ++one) {
    if (graph_.edge_type(one) != EdgeType::kHidden) continue;
    const std::uint32_t own = graph_.edge_name(one);
    const std::uint32_t variable = VariableNamedAs(graph_.target(one), names);
    if (variable < own || variable - own > names.size() - 1 - last) continue;
    if (own <= number) least = std::max(least, variable - own);
    if (own >= number) most = std::min(most, variable - own);
  }
  if (least != most || names[number + least] == kNoIndex) return {};
  const Node name = names[number + least];
  return graph_.type(name) == NodeType::kString ? graph_.node_name(name) : std::string_view();
}

// `names.size()`: it is no function or class, or no variable is called as it is.
std::uint32_t Scopes::VariableNamedAs(Node closure, const std::vector<Node>& names) const {
  const auto is_own = [&](Node name) { return name != kNoIndex && graph_.node_name(name) == graph_.node_name(closure); };
  const auto found = graph_.type(closure) == NodeType::kClosure ? std::find_if(names.begin(), names.end(), is_own) : names.end();
  return static_cast<std::uint32_t>(found - names.begin());
}

bool Scopes::IsModuleScope(Node context) const {
  const Node scope = Follow(context, known_.scope_info);
  if (scope == kNoIndex) return false;
  const auto [found, fresh] = module_scopes_.try_emplace(scope, false);
  if (fresh) found->second = FindIsModuleScope(context);
  return found->second;
}

// Blocks may lie within it, as runners wrap them around a module's text; a function within any scope of the script is none.
bool Scopes::FindIsModuleScope(Node context) const {
  for (std::uint32_t depth = 0; depth < kMaxScopes; ++depth) {
    const Node outer = Follow(context, known_.previous);
    if (outer == kNoIndex) return false;
    const bool outermost = !IsContext(outer);
    if (IsDeclaration(context)) {
      const std::string_view name = FunctionOf(context);
      return outermost && (name.empty() || name == kJestWrapper);
    }
    if (outermost) return true;
    context = outer;
  }
  return false;
}

Place Scopes::PlaceOf(Node node) const {
  const Location* const location = graph_.location(node);
  if (location == nullptr) return {};
  return {UrlOf(location->script_id), location->script_id, location->line + 1, location->column + 1};
}

}  // namespace memspec::graph
