#include "graph/diff.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "graph/analysis.h"

namespace memspec::graph {

namespace {

// A type's name with its place: the same in every snapshot of the same program.
std::string NameOf(const Heap& heap, Node node) {
  const Description description = heap.describer().Describe(node);
  std::string name = std::string(NameOf(description.kind)) + " " + description.type;
  if (description.kind == Kind::kClosure || description.kind == Kind::kContext) {
    name += " " + std::string(description.place.url) + ":" + std::to_string(description.place.line) + ":" +
            std::to_string(description.place.column);
  }
  return name;
}

// Ids are kept for life, so a later snapshot of the same process has the earlier one's objects under the same ids. Other processes give
// the same ids to other things.
bool AreOfOneProcess(const Heap& before, const Heap& after) {
  constexpr Node kSample = 20'000;
  constexpr double kSameOfCommon = 0.98;
  constexpr double kCommon = 0.5;
  const Graph& old = before.graph();
  const Graph& young = after.graph();
  if (young.last_object_id() < old.last_object_id()) return false;
  std::unordered_map<ObjectId, Node> sample;
  const Node stride = std::max<Node>(1, old.nodes() / kSample);
  for (Node node = 0; node < old.nodes(); node += stride) {
    if (Graph::HasBirth(old.type(node))) sample.emplace(old.id(node), node);
  }
  std::size_t common = 0;
  std::size_t same = 0;
  for (Node node = 0; node < young.nodes(); ++node) {
    const auto found = sample.find(young.id(node));
    if (found == sample.end() || !Graph::HasBirth(young.type(node))) continue;
    ++common;
    const bool alike = old.type(found->second) == young.type(node) && old.node_name(found->second) == young.node_name(node);
    same += alike ? 1 : 0;
  }
  return static_cast<double>(common) >= kCommon * static_cast<double>(sample.size()) &&
         static_cast<double>(same) >= kSameOfCommon * static_cast<double>(common);
}

void Add(const Heap& heap, const std::vector<TypeFigures>& types, bool later,
         std::unordered_map<std::string, Growth>* all) {
  for (const TypeFigures& one : types) {
    if (heap.describer().KindOf(one.example) == Kind::kRoots) continue;
    Growth& growth = (*all)[NameOf(heap, one.example)];
    (later ? growth.count_after : growth.count_before) += one.count;
    (later ? growth.bytes_after : growth.bytes_before) += one.shallow;
    (later ? growth.retained_after : growth.retained_before) += one.retained;
    if (later) growth.example = one.example;
  }
}

}  // namespace

bool Compare(const Heap& before, const Heap& after, const PathOptions& options, std::size_t limit, Diff* out) {
  out->same_process = AreOfOneProcess(before, after);
  std::vector<TypeFigures> old_types;
  std::vector<TypeFigures> new_types;
  if (!FindTypes(before, &old_types) || !FindTypes(after, &new_types)) return false;
  std::unordered_map<std::string, Growth> all;
  Add(before, old_types, false, &all);
  Add(after, new_types, true, &all);
  for (auto& [name, growth] : all) {
    const bool grew = growth.count_after > growth.count_before || growth.bytes_after > growth.bytes_before;
    if (grew && growth.example != kNoIndex) out->grown.push_back(std::move(growth));
  }
  const auto added = [](const Growth& one) {
    return static_cast<std::int64_t>(one.bytes_after) - static_cast<std::int64_t>(one.bytes_before);
  };
  std::sort(out->grown.begin(), out->grown.end(), [&](const Growth& a, const Growth& b) {
    return added(a) != added(b) ? added(a) > added(b) : a.example < b.example;
  });
  if (out->grown.size() > limit) out->grown.resize(limit);
  Paths paths(after.graph(), after.known(), after.retention(), after.scopes());
  PathOptions of_old = options;
  if (out->same_process) of_old.newest_root = before.graph().last_object_id();
  if (!paths.Find(of_old)) return false;
  const Steps steps(after.graph(), after.known(), after.scopes(), after.describer(), paths);
  for (Growth& growth : out->grown) {
    if (paths.Reached(growth.example)) growth.path = steps.PathTo(growth.example);
  }
  if (!out->same_process) return true;
  GroupQuery query;
  query.boundaries = {before.graph().last_object_id()};
  query.paths = options;
  query.limit = limit;
  return FindGroups(after, query, &out->groups);
}

}  // namespace memspec::graph
