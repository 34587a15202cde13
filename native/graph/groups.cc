#include "graph/groups.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "graph/mix.h"
#include "graph/owners.h"
#include "graph/shapes.h"

namespace memspec::graph {

namespace {

constexpr std::size_t kMaxHeld = 8;
constexpr std::size_t kMaxTraces = 5;
constexpr std::size_t kMaxGrown = 50;
constexpr std::uint64_t kLeastGrown = 64;  // bytes of a store that is told
// What mocks are made of, and what everybody gives them.
constexpr std::array<std::string_view, 8> kWithoutMemory = {"Object", "Array", "Map", "Set", "Promise", "Date", "RegExp", "Error"};

class Grouping {
 public:
  Grouping(const Heap& heap, const GroupQuery& query, Groups* out)
      : heap_(heap),
        query_(query),
        out_(*out),
        paths_(heap.graph(), heap.known(), heap.retention(), heap.scopes()),
        steps_(heap.graph(), heap.known(), heap.scopes(), heap.describer(), paths_),
        shapes_(heap.graph(), heap.describer(), paths_, steps_),
        owners_(heap, query.boundaries, paths_, shapes_) {}

  bool Run() {
    PathOptions options = query_.paths;
    options.newest_root = query_.boundaries.front();
    if (!paths_.Find(options) || !shapes_.Allocate() || !owners_.Find() || !group_of_.Allocate(heap_.graph().nodes())) {
      return false;
    }
    out_.births.resize(owners_.intervals());
    out_.temporary.resize(owners_.intervals());
    for (const Node node : heap_.dominators().order) Count(node);
    SortAndCut();
    for (std::size_t i = 0; i < out_.groups.size(); ++i) Finish(&out_.groups[i]);
    FinishGrown();
    return true;
  }

 private:
  struct Sums {
    std::unordered_map<TypeKey, Held> holds;
    std::unordered_map<std::uint32_t, TraceFigures> traces;
    std::uint32_t representative_interval = 0;
    std::vector<Node> members;
  };

  std::uint32_t GroupOf(Node member) {
    if (group_of_[member] != 0) return group_of_[member] - 1;
    std::uint32_t index = 0;
    if (owners_.IsNested(member)) {
      index = GroupOf(owners_.member(heap_.dominators().dominator[member]));
    } else {
      const Edge edge = paths_.edge_to(member);
      const std::uint64_t how =
          edge == kNoIndex ? 0 : 1 + static_cast<std::uint64_t>(heap_.graph().edge_type(edge));
      // Code and shapes come in a hundred ways, and are V8's business: one group of each says enough.
      const Kind kind = heap_.describer().KindOf(member);
      const bool engines = kind == Kind::kCode || kind == Kind::kShape;
      const std::uint64_t way = engines ? 0 : Mix(shapes_.Before(member), how);
      const std::uint64_t key = Mix(way, heap_.describer().KeyOf(member));
      const auto [found, fresh] = groups_.try_emplace(key, static_cast<std::uint32_t>(out_.groups.size()));
      if (fresh) {
        Group& group = out_.groups.emplace_back();
        group.births.resize(owners_.intervals());
        group.contents.resize(owners_.intervals());
        sums_.emplace_back();
      }
      index = found->second;
    }
    group_of_[member] = index + 1;
    return index;
  }

  void Count(Node node) {
    const Graph& graph = heap_.graph();
    const std::uint32_t interval = owners_.IntervalOf(node);
    const std::uint64_t size = graph.self_size(node);
    // Garbage that is yet to go, or held by what lets go of it.
    if (!paths_.Reached(node)) {
      if (paths_.rank(node) != Rank::kTemporary || interval == kOld || !MayHaveMemory(node)) return;
      ++out_.temporary[interval].count;
      out_.temporary[interval].bytes += size;
      return;
    }
    if (owners_.IsOfEngine(node)) return;
    const bool is_program = interval != kOld && !owners_.IsEngines(node);
    if (is_program) {
      ++out_.births[interval].count;
      out_.births[interval].bytes += size;
    }
    const Node member = owners_.member(node);
    if (member == kNoIndex) {
      if (interval != kOld) NoteGrown(node, interval);
      return;
    }
    const std::uint32_t index = GroupOf(member);
    Group& group = out_.groups[index];
    group.retained += size;
    if (is_program) {
      ++group.contents[interval].count;
      group.contents[interval].bytes += size;
    }
    group.births[owners_.IntervalOf(member)].bytes += size;
    if (member == node) {
      CountMember(index, node, interval);
    } else {
      CountHeld(index, node, member);
    }
  }

  // Any instance of a class may, by a native node (of an ArrayBuffer, of what Node makes) or without one (by a weak handle).
  bool MayHaveMemory(Node node) const {
    const Graph& graph = heap_.graph();
    if (graph.type(node) != NodeType::kObject) return false;
    const std::string_view name = graph.node_name(node);
    return !name.starts_with("system / ") && !name.starts_with('(') &&
           std::find(kWithoutMemory.begin(), kWithoutMemory.end(), name) == kWithoutMemory.end();
  }

  void CountMember(std::uint32_t index, Node node, std::uint32_t interval) {
    Group& group = out_.groups[index];
    Sums& sums = sums_[index];
    ++group.count;
    group.shallow += heap_.graph().self_size(node);
    ++group.births[interval].count;
    sums.members.push_back(node);
    // The latest birth speaks for all: what is older may be held for reasons of its own.
    if (group.representative == kNoIndex || interval > sums.representative_interval) {
      group.representative = node;
      sums.representative_interval = interval;
    }
    // Of what was there before V8 recorded stacks it knows none; but moved to where something was allocated since, it would have that one's.
    const std::uint32_t trace = interval + 1 == owners_.intervals() ? heap_.graph().trace(node) : 0;
    if (trace == 0) return;
    TraceFigures& figures = sums.traces[trace];
    figures.trace = trace;
    ++figures.count;
    figures.bytes += heap_.graph().self_size(node);
  }

  // What is held through a store belongs to the thing; the store itself is part of what it is the store of.
  void CountHeld(std::uint32_t index, Node node, Node member) {
    Node counted = node;
    while (counted != member && heap_.describer().IsCarrier(counted)) counted = heap_.dominators().dominator[counted];
    if (counted == member) return;
    Held& held = sums_[index].holds[heap_.describer().KeyOf(counted)];
    if (held.example == kNoIndex) held.example = counted;
    held.count += counted == node ? 1 : 0;
    held.bytes += heap_.graph().self_size(node);
  }

  // A new store of an old thing: it has grown, or shrunk, since.
  void NoteGrown(Node node, std::uint32_t interval) {
    if (!heap_.describer().IsStore(node) || heap_.graph().self_size(node) < kLeastGrown) return;
    const Node owner = heap_.dominators().dominator[node];
    const char* const store = StoreName(heap_, owner, node);
    if (store == nullptr || !paths_.Reached(owner)) return;
    out_.grown.push_back({owner, store, heap_.graph().self_size(node), interval, std::nullopt});
  }

  void SortAndCut() {
    std::vector<std::uint32_t> order(out_.groups.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
      const Group& one = out_.groups[a];
      const Group& other = out_.groups[b];
      if (one.retained != other.retained) return one.retained > other.retained;
      return heap_.graph().id(one.representative) < heap_.graph().id(other.representative);
    });
    std::vector<Group> kept;
    std::vector<Sums> kept_sums;
    for (const std::uint32_t index : order) {
      Group& group = out_.groups[index];
      if (kept.size() < query_.limit) {
        kept.push_back(std::move(group));
        kept_sums.push_back(std::move(sums_[index]));
        continue;
      }
      ++out_.omitted_groups;
      out_.omitted_count += group.count;
      out_.omitted_bytes += group.retained;
    }
    out_.groups = std::move(kept);
    sums_ = std::move(kept_sums);
  }

  void Finish(Group* group) {
    Sums& sums = sums_[static_cast<std::size_t>(group - out_.groups.data())];
    for (const Node member : sums.members) group->ids.push_back(heap_.graph().id(member));
    const std::size_t wanted = std::min(query_.members, group->ids.size());
    std::partial_sort(group->ids.begin(), group->ids.begin() + static_cast<std::ptrdiff_t>(wanted), group->ids.end());
    group->ids.resize(wanted);
    for (const auto& [type, held] : sums.holds) {
      group->holds.push_back(held);
      group->holds.back().rank = RankOf(held);
    }
    for (const auto& [trace, figures] : sums.traces) group->traces.push_back(figures);
    const auto most_held = [this](const Held& a, const Held& b) {
      if (a.rank != b.rank) return a.rank < b.rank;
      return a.bytes != b.bytes ? a.bytes > b.bytes : heap_.graph().id(a.example) < heap_.graph().id(b.example);
    };
    std::sort(group->holds.begin(), group->holds.end(), most_held);
    std::sort(group->traces.begin(), group->traces.end(), [](const TraceFigures& a, const TraceFigures& b) {
      return a.bytes != b.bytes ? a.bytes > b.bytes : a.trace < b.trace;
    });
    if (group->holds.size() > kMaxHeld) group->holds.resize(kMaxHeld);
    if (group->traces.size() > kMaxTraces) group->traces.resize(kMaxTraces);
    group->path = steps_.PathTo(group->representative);
  }

  // The program's own classes and functions say most, V8's own things least.
  int RankOf(const Held& held) const {
    const Description description = heap_.describer().Describe(held.example);
    const bool engines = description.kind == Kind::kCode || description.kind == Kind::kShape || description.kind == Kind::kSystem;
    if (engines) return 2;
    return description.place.known() && !description.place.url.empty() && !description.place.url.starts_with("node:") ? 0 : 1;
  }

  void FinishGrown() {
    std::sort(out_.grown.begin(), out_.grown.end(), [this](const GrownStore& a, const GrownStore& b) {
      return a.bytes != b.bytes ? a.bytes > b.bytes : heap_.graph().id(a.owner) < heap_.graph().id(b.owner);
    });
    if (out_.grown.size() > kMaxGrown) out_.grown.resize(kMaxGrown);
    for (GrownStore& grown : out_.grown) grown.path = steps_.PathTo(grown.owner);
  }

  const Heap& heap_;
  const GroupQuery& query_;
  Groups& out_;
  Paths paths_;
  Steps steps_;
  Shapes shapes_;
  Owners owners_;
  Column<std::uint32_t> group_of_;  // by member; 0: not yet, else the group's index and 1
  std::unordered_map<std::uint64_t, std::uint32_t> groups_;
  std::vector<Sums> sums_;
};

}  // namespace

const char* StoreName(const Heap& heap, Node owner, Node store) {
  const KnownTexts& known = heap.known();
  const Scopes& scopes = heap.scopes();
  if (scopes.Follow(owner, known.elements) == store) return "elements";
  if (scopes.Follow(owner, known.properties) == store) return "properties";
  if (scopes.Follow(owner, known.table) == store) return "table";
  // A table of WebAssembly has its entries under no name on Node 20.
  const bool owns = heap.describer().KindOf(owner) == Kind::kObject && !heap.describer().IsCarrier(owner);
  const Graph& graph = heap.graph();
  for (Edge edge = graph.first_edge(owner); owns && edge < graph.end_edge(owner); ++edge) {
    const EdgeType type = graph.edge_type(edge);
    if (graph.target(edge) == store && (type == EdgeType::kInternal || type == EdgeType::kHidden)) return "entries";
  }
  return nullptr;
}

std::optional<std::uint64_t> StoreBytes(const Heap& heap, ObjectId owner) {
  const Node node = heap.graph().Find(owner);
  if (node == kNoIndex) return std::nullopt;
  const KnownTexts& known = heap.known();
  std::uint64_t bytes = 0;
  for (const Text name : {known.elements, known.properties, known.table}) {
    const Node store = heap.scopes().Follow(node, name);
    if (store != kNoIndex && heap.describer().IsStore(store)) bytes += heap.graph().self_size(store);
  }
  return bytes;
}

bool FindGroups(const Heap& heap, const GroupQuery& query, Groups* out) { return Grouping(heap, query, out).Run(); }

}  // namespace memspec::graph
