#include "graph/retention.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace memspec::graph {

namespace {

// "5 / part of key (Object @11) -> value (Object @13) pair in WeakMap (table @17)": the table's id. Constructors' names
// may hold anything, so it is read from the end.
std::optional<ObjectId> TableIn(std::string_view text) {
  constexpr std::string_view kStart = " / part of key (";
  constexpr std::string_view kEnd = " pair in WeakMap (table @";
  if (text.empty() || text[0] < '0' || text[0] > '9' || text.back() != ')') return std::nullopt;
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (text.substr(digits, kStart.size()) != kStart) return std::nullopt;
  const std::size_t end = text.rfind(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  ObjectId id = 0;
  const char* const first = text.data() + end + kEnd.size();
  const char* const last = text.data() + text.size() - 1;
  const auto [stopped, error] = std::from_chars(first, last, id);
  if (error != std::errc() || stopped != last) return std::nullopt;
  return id;
}

}  // namespace

Retention::Retention(const Graph& graph, const KnownTexts& known)
    : graph_(graph), cleanup_queue_(known.cleanup_queue) {
  is_pair_.Allocate(graph.texts());
  for (Text text = 0; text < graph.texts(); ++text) {
    const std::optional<ObjectId> table = TableIn(graph.text(text));
    if (!table) continue;
    is_pair_[text] = 1;
    tables_.emplace_back(text, *table);
    table_ids_.insert(*table);
  }
}

ObjectId Retention::TableOf(Edge edge) const {
  const auto found = std::lower_bound(tables_.begin(), tables_.end(), graph_.edge_name(edge),
                                      [](const auto& one, Text wanted) { return one.first < wanted; });
  return found->second;
}

Hold Retention::OfPair(Node from, Edge edge) const {
  return TableOf(edge) == graph_.id(from) ? Hold::kOfTable : Hold::kOfKey;
}

}  // namespace memspec::graph
