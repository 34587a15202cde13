#include "graph/paths.h"

#include <algorithm>

namespace memspec::graph {

namespace {

// How V8 writes a property whose key is one of Node's private symbols: the entry point's module, the exports of bindings.
constexpr std::string_view kNodeSymbol = "<symbol node:";

}  // namespace

bool Paths::Find(const PathOptions& options) {
  avoid_ = options.avoid;
  avoid_ids_.insert(options.avoid_ids.begin(), options.avoid_ids.end());
  temporary_ = options.temporary;
  temporary_ids_.insert(options.temporary_ids.begin(), options.temporary_ids.end());
  if (!parent_.Allocate(graph_.nodes()) || !rank_.Allocate(graph_.nodes()) || !queue_.Reserve(graph_.nodes())) return false;
  std::fill(parent_.begin(), parent_.end(), kNoIndex);
  std::fill(rank_.begin(), rank_.end(), static_cast<std::uint8_t>(Rank::kUnreached));
  FindStarts(options);
  for (int at = 0; at < kRanks; ++at) {
    const Rank rank = static_cast<Rank>(at);
    queue_.Clear();
    std::size_t next = 0;
    for (const Node start : starts_[at]) Start(start, rank);
    if (rank == Rank::kNodeModules) {
      of_node_may_lead_ = true;
      for (const Edge edge : of_node_) Reach(edge, rank);
    }
    const auto drain = [&] {
      while (next < queue_.size()) {
        const Node node = queue_[next++];
        if (!Reached(node)) {
          ExpandList(node, rank);
          continue;
        }
        const Rank own = RankOf(node);
        if (own <= rank) {
          Expand(node, rank);
        } else if (own == Rank::kTemporary) {
          holders_.push_back(node);
        } else {
          waiting_[static_cast<int>(own)].push_back(node);
        }
      }
    };
    drain();
    // Nodes that earlier ranks reached, and that only now may be led through.
    for (const Node node : waiting_[at]) Expand(node, rank);
    drain();
    const auto follow = [&](const std::vector<Edge>& edges) {
      for (std::size_t i = 0; i < edges.size(); ++i) {
        Reach(edges[i], rank);
        drain();
      }
    };
    if (rank == Rank::kNodeModules) {
      late_may_lead_ = true;
      follow(late_);
    }
    if (rank == Rank::kNative) {
      MarkTemporary();
      ReleaseRegistrations(&next);
      follow(last_resorts_);
    }
  }
  queue_.Free();
  return true;
}

Node Paths::SourceOf(Edge edge) const {
  Node low = 0;
  Node high = graph_.nodes();
  while (high - low > 1) {
    const Node middle = low + (high - low) / 2;
    (graph_.first_edge(middle) <= edge ? low : high) = middle;
  }
  return low;
}

void Paths::Start(Node node, Rank rank) {
  if (rank_[node] != static_cast<std::uint8_t>(Rank::kUnreached)) return;
  rank_[node] = static_cast<std::uint8_t>(rank);
  queue_.Push(node);
}

void Paths::FindStarts(const PathOptions& options) {
  for (Node node = 0; node < graph_.nodes(); ++node) {
    if (graph_.name(node) == known_.native_context && graph_.id(node) <= options.newest_root && !IsForeign(node)) {
      const Node global = scopes_.Follow(node, known_.global_object);
      const Node older = global != kNoIndex ? global : scopes_.Follow(node, known_.extension);
      if (older != kNoIndex) starts_[static_cast<int>(Rank::kProgram)].push_back(older);
      StartAtSandbox(node);
    }
    if (!scopes_.IsContext(node) || graph_.id(node) > options.newest_root || !scopes_.IsModuleScope(node)) continue;
    const std::string_view url = scopes_.ScriptOf(node);
    if (url.empty() || IsForeign(RealmOf(node))) continue;
    const Rank rank = RankOfScript(url);
    (rank == Rank::kTemporary ? holders_ : starts_[static_cast<int>(rank)]).push_back(node);
  }
  // Chrome has no contexts of ours to go by: its root names the windows.
  if (starts_[static_cast<int>(Rank::kProgram)].empty()) {
    for (Edge edge = graph_.first_edge(kRoot); edge < graph_.end_edge(kRoot); ++edge) {
      if (graph_.edge_type(edge) == EdgeType::kShortcut) starts_[0].push_back(graph_.target(edge));
    }
  }
  starts_[static_cast<int>(Rank::kEngine)].push_back(kRoot);
}

// The object that `vm.createContext` was given, or what it is a proxy of (Jest's). From Node 22 on the realm's global variables
// are its properties alone.
void Paths::StartAtSandbox(Node realm) {
  const Node data = scopes_.Follow(realm, known_.embedder_data);
  if (data == kNoIndex) return;
  std::vector<Node>& starts = starts_[static_cast<int>(Rank::kProgram)];
  for (Edge edge = graph_.first_edge(data); edge < graph_.end_edge(data); ++edge) {
    const Node sandbox = graph_.target(edge);
    if (graph_.type(sandbox) == NodeType::kObject) starts.push_back(sandbox);
    if (graph_.name(sandbox) != known_.proxy_node || known_.proxy_node == kNoIndex) continue;
    for (Edge of = graph_.first_edge(sandbox); of < graph_.end_edge(sandbox); ++of) {
      if (graph_.type(graph_.target(of)) == NodeType::kObject) starts.push_back(graph_.target(of));
    }
  }
}

// A realm whose global object is to be avoided holds what is looked for: nothing of it is where a way begins.
bool Paths::IsForeign(Node realm) const {
  if (avoid_ids_.empty() || realm == kNoIndex) return false;
  for (const Text name : {known_.global_object, known_.global_proxy, known_.extension}) {
    const Node global = scopes_.Follow(realm, name);
    if (global != kNoIndex && avoid_ids_.contains(graph_.id(global))) return true;
  }
  return false;
}

// The native context that a scope lies in; kNoIndex: unknown.
Node Paths::RealmOf(Node context) const {
  constexpr int kMaxDepth = 64;
  Node node = context;
  for (int depth = 0; depth < kMaxDepth && node != kNoIndex; ++depth) {
    if (graph_.name(node) == known_.native_context) return node;
    node = scopes_.Follow(node, known_.previous);
  }
  return kNoIndex;
}

Rank Paths::RankOfScript(std::string_view url) const {
  if (url.starts_with("node:")) return Rank::kNodeModules;
  if (IsTemporary(url)) return Rank::kTemporary;
  return IsAvoided(url) ? Rank::kAvoided : Rank::kProgram;
}

bool Paths::HasPart(std::string_view url, const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const std::string& part) { return url.find(part) != std::string_view::npos; });
}

// The first rank at which ways lead on from a node; kTemporary: they never do.
Rank Paths::RankOf(Node node) const {
  if (!temporary_ids_.empty() && temporary_ids_.contains(graph_.id(node))) return Rank::kTemporary;
  if (!avoid_ids_.empty() && avoid_ids_.contains(graph_.id(node))) return Rank::kAvoided;
  switch (graph_.type(node)) {
    case NodeType::kCode:
    case NodeType::kObjectShape:
      return Rank::kEngine;
    case NodeType::kHidden:
      // Whoever holds a function of a realm holds the realm: that is the way that is asked for.
      if (graph_.name(node) == known_.native_context && IsForeign(node)) return Rank::kProgram;
      return graph_.name(node) == known_.native_context || graph_.name(node) == known_.map_node ? Rank::kEngine
                                                                                                : Rank::kProgram;
    case NodeType::kNative:
      return Rank::kNative;
    case NodeType::kSynthetic: {
      const Text name = graph_.name(node);
      if (name == known_.stack_roots || name == known_.handle_scope) return Rank::kStack;
      const std::string_view text = graph_.text(name);
      const bool native = name == known_.global_handles || name == known_.eternal_handles ||
                          name == known_.traced_handles || text.starts_with("C++") || text.starts_with("Node");
      return native ? Rank::kNative : Rank::kEngine;
    }
    case NodeType::kClosure: {
      if (avoid_.empty() && temporary_.empty()) return Rank::kProgram;
      const Node shared = scopes_.Follow(node, known_.shared);
      const auto [found, first] = functions_.try_emplace(shared, Rank::kProgram);
      if (!first) return found->second;
      const std::string_view url = scopes_.ScriptOf(node);
      if (IsTemporary(url)) {
        found->second = Rank::kTemporary;
      } else if (IsAvoided(url)) {
        found->second = Rank::kAvoided;
      }
      return found->second;
    }
    case NodeType::kObject:
      // What a thread prints is piped to process.stdout, which leads to every thread that runs: nobody's reason to keep one.
      if (graph_.name(node) == known_.worker_output && known_.worker_output != kNoIndex) return Rank::kNative;
      return scopes_.IsContext(node) ? RankOfScript(scopes_.ScriptOf(node)) : Rank::kProgram;
    default:
      return Rank::kProgram;
  }
}

bool Paths::IsLate(Edge edge) const {
  if (graph_.edge_type(edge) != EdgeType::kProperty) return false;
  return graph_.edge_name(edge) == known_.proto || graph_.edge_name(edge) == known_.timers_back;
}

// A global object has its properties twice in a snapshot: by name, and as cells of a table without names. Who expands it first
// reads the names; a cell that leads to the same value says nothing more.
bool Paths::IsOfNode(Node node, Edge edge) {
  if (graph_.edge_type(edge) == EdgeType::kProperty) {
    const bool global = IsStart(node) && node != kRoot && !scopes_.IsContext(node);
    if (!global || !graph_.edge_text(edge).starts_with(kNodeSymbol)) return false;
    of_node_values_.insert(graph_.target(edge));
    return true;
  }
  return graph_.name(node) == known_.property_cell && graph_.edge_type(edge) == EdgeType::kInternal &&
         graph_.edge_name(edge) == known_.value && of_node_values_.contains(graph_.target(edge));
}

void Paths::Reach(Edge edge, Rank rank) {
  const Node target = graph_.target(edge);
  if (rank_[target] != static_cast<std::uint8_t>(Rank::kUnreached)) return;
  // A registration is there as long as its object: what that one does not outlive, neither does this.
  const Node registered = RegisteredBy(target);
  if (registered != kNoIndex && !Reached(registered)) {
    if (parent_[target] != kNoIndex) return;
    registrations_[registered].push_back({edge, rank});
    parent_[target] = edge;
    queue_.Push(target);
    return;
  }
  rank_[target] = static_cast<std::uint8_t>(rank);
  parent_[target] = edge;
  queue_.Push(target);
  if (registrations_.empty()) return;
  const auto waiting = registrations_.find(target);
  if (waiting == registrations_.end()) return;
  const std::vector<Waiting> edges = std::move(waiting->second);
  registrations_.erase(waiting);
  for (const Waiting& registration : edges) Reach(registration.edge, rank);
}

// What leads back to its own object keeps it: such a registration waits for nothing but itself.
void Paths::ReleaseRegistrations(std::size_t* next) {
  std::vector<Waiting> own;
  for (const auto& [object, waiting] : registrations_) {
    if (rank(object) == Rank::kUnreached) own.insert(own.end(), waiting.begin(), waiting.end());
  }
  registrations_.clear();
  std::sort(own.begin(), own.end(), [](const Waiting& a, const Waiting& b) { return a.edge < b.edge; });
  for (const Waiting& waiting : own) {
    const Node registration = graph_.target(waiting.edge);
    if (Reached(registration)) continue;
    rank_[registration] = static_cast<std::uint8_t>(waiting.rank);
    queue_.Push(registration);
    while (*next < queue_.size()) {
      const Node node = queue_[(*next)++];
      const Rank first = RankOf(node);
      if (Reached(node) && first != Rank::kTemporary) Expand(node, std::max(waiting.rank, first));
    }
  }
}

// A registration that waits leads to the next one of its registry all the same.
void Paths::ExpandList(Node registration, Rank rank) {
  for (Edge edge = graph_.first_edge(registration); edge < graph_.end_edge(registration); ++edge) {
    if (graph_.name(graph_.target(edge)) == known_.weak_cell && retention_.Retains(registration, edge)) Reach(edge, rank);
  }
}

// The object that a FinalizationRegistry was told of; kNoIndex: `node` is no registration, or its object is gone.
Node Paths::RegisteredBy(Node node) const {
  if (graph_.name(node) != known_.weak_cell || known_.weak_cell == kNoIndex) return kNoIndex;
  for (Edge edge = graph_.first_edge(node); edge < graph_.end_edge(node); ++edge) {
    if (graph_.edge_type(edge) == EdgeType::kWeak && graph_.edge_name(edge) == known_.target) return graph_.target(edge);
  }
  return kNoIndex;
}

// What is held in no other way than through these is not to be reached as a last resort.
void Paths::MarkTemporary() {
  std::vector<Node> queue = std::move(holders_);
  while (!queue.empty()) {
    const Node node = queue.back();
    queue.pop_back();
    for (Edge edge = graph_.first_edge(node); edge < graph_.end_edge(node); ++edge) {
      const Node target = graph_.target(edge);
      if (!retention_.Retains(node, edge) || rank(target) != Rank::kUnreached) continue;
      rank_[target] = static_cast<std::uint8_t>(Rank::kTemporary);
      queue.push_back(target);
    }
  }
}

void Paths::ReachValue(Edge edge, Rank rank) {
  const ObjectId table = retention_.TableOf(edge);
  if (tables_.contains(table)) {
    Reach(edge, rank);
  } else {
    pairs_[table].push_back(edge);
  }
}

void Paths::Expand(Node node, Rank rank) {
  for (Edge edge = graph_.first_edge(node); edge < graph_.end_edge(node); ++edge) {
    switch (retention_.Of(node, edge)) {
      case Hold::kRetains:
        if (!of_node_may_lead_ && IsOfNode(node, edge)) {
          of_node_.push_back(edge);
        } else if (!late_may_lead_ && IsLate(edge)) {
          late_.push_back(edge);
        } else {
          Reach(edge, rank);
        }
        break;
      case Hold::kOfKey:
        ReachValue(edge, rank);
        break;
      case Hold::kLastResort:
        last_resorts_.push_back(edge);
        break;
      case Hold::kNone:
      case Hold::kOfTable:
        break;
    }
  }
  if (!retention_.IsTable(graph_.id(node))) return;
  const ObjectId table = graph_.id(node);
  tables_.insert(table);
  const auto waiting = pairs_.find(table);
  if (waiting == pairs_.end()) return;
  for (const Edge edge : waiting->second) Reach(edge, rank);
  pairs_.erase(waiting);
}

}  // namespace memspec::graph
