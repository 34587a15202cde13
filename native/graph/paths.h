// The shortest chain of references to each node, by ways a person would name: from global variables and module scopes first,
// then from Node's own modules, then through what is to be avoided, V8's internals, the stack, and native roots last. A way of
// a later rank is taken only where no earlier one leads; no way leads through what holds things for a time only. Breadth first,
// rank by rank. One thread; 5 bytes a node, 9 while it runs.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graph/graph.h"
#include "graph/known_texts.h"
#include "graph/retention.h"
#include "graph/scopes.h"

namespace memspec::graph {

// kTemporary: of a node that no way leads through, and of what such nodes alone hold.
enum class Rank : std::uint8_t { kProgram, kNodeModules, kAvoided, kEngine, kStack, kNative, kUnreached, kTemporary };
inline constexpr int kRanks = 6;

struct PathOptions {
  std::vector<std::string> avoid;      // parts of script names
  std::vector<ObjectId> avoid_ids;     // where it is a realm's global object, no way begins in that realm
  std::vector<std::string> temporary;  // parts of names of scripts, by whose closures and contexts no way leads: what only
                                       // they hold is not reached
  std::vector<ObjectId> temporary_ids;  // the same of objects
  ObjectId newest_root = 0xffffffff;   // younger module scopes are no roots: they may be what leaks
};

class Paths {
 public:
  Paths(const Graph& graph, const KnownTexts& known, const Retention& retention, const Scopes& scopes)
      : graph_(graph), known_(known), retention_(retention), scopes_(scopes) {}
  // False: there was no memory for it.
  bool Find(const PathOptions& options);

  Rank rank(Node node) const { return static_cast<Rank>(rank_[node]); }
  bool Reached(Node node) const { return rank(node) < Rank::kUnreached; }
  // A node where ways begin: a global object, a module scope, the snapshot's root.
  bool IsStart(Node node) const { return parent_[node] == kNoIndex; }
  // The edge that leads here, and whose it is.
  Edge edge_to(Node node) const { return parent_[node]; }
  Node SourceOf(Edge edge) const;

 private:
  void Start(Node node, Rank rank);
  void FindStarts(const PathOptions& options);
  void StartAtSandbox(Node realm);
  void Expand(Node node, Rank rank);
  void Reach(Edge edge, Rank rank);
  Node RegisteredBy(Node node) const;
  void ExpandList(Node registration, Rank rank);
  void ReleaseRegistrations(std::size_t* next);
  void ReachValue(Edge edge, Rank rank);
  void MarkTemporary();
  bool IsLate(Edge edge) const;
  bool IsOfNode(Node node, Edge edge);
  Rank RankOf(Node node) const;
  bool IsForeign(Node realm) const;
  Node RealmOf(Node context) const;
  Rank RankOfScript(std::string_view url) const;
  bool IsAvoided(std::string_view url) const { return HasPart(url, avoid_); }
  bool IsTemporary(std::string_view url) const { return HasPart(url, temporary_); }
  static bool HasPart(std::string_view url, const std::vector<std::string>& parts);

  const Graph& graph_;
  const KnownTexts& known_;
  const Retention& retention_;
  const Scopes& scopes_;
  Column<Edge> parent_;
  Column<std::uint8_t> rank_;
  Column<Node> queue_;
  std::vector<std::string> avoid_;
  std::unordered_set<ObjectId> avoid_ids_;
  std::vector<std::string> temporary_;
  std::unordered_set<ObjectId> temporary_ids_;
  mutable std::unordered_map<Node, Rank> functions_;  // by SharedFunctionInfo
  std::vector<Node> starts_[kRanks];
  std::vector<Node> waiting_[kRanks];   // reached, to be expanded at a later rank
  std::vector<Edge> late_;              // prototypes and ways back: nobody names them while there is another
  bool late_may_lead_ = false;
  std::vector<Edge> of_node_;           // from a global object by Node's own symbols: no global variables
  std::unordered_set<Node> of_node_values_;
  bool of_node_may_lead_ = false;
  std::vector<Edge> last_resorts_;
  std::vector<Node> holders_;           // that no way leads through
  std::unordered_set<ObjectId> tables_;  // of WeakMaps that were expanded
  std::unordered_map<ObjectId, std::vector<Edge>> pairs_;  // values that wait for their table
  struct Waiting {
    Edge edge = 0;
    Rank rank = Rank::kUnreached;
  };
  std::unordered_map<Node, std::vector<Waiting>> registrations_;  // of a FinalizationRegistry, by the object that they wait for
};

}  // namespace memspec::graph
