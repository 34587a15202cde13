#include "graph/plain_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "graph/graph.h"

namespace memspec::graph {

namespace {

constexpr std::string_view kSystem = "system / ";
constexpr std::string_view kBetween = " / ";
constexpr std::string_view kScript = "system / Script";
constexpr std::array kDecorated = {std::string_view("system / Context"), std::string_view("system / NativeContext"), kScript};

// What `name` is without its addition; `name` itself where it has none.
std::string_view Plain(std::string_view name) {
  if (!name.starts_with(kSystem)) return name;
  for (const std::string_view base : kDecorated) {
    if (!name.starts_with(base) || !name.substr(base.size()).starts_with(kBetween)) continue;
    return base == kScript ? name.substr(base.size() + kBetween.size()) : base;
  }
  return name;
}

}  // namespace

bool TakeNamesPlainly(Graph* graph) {
  std::unordered_map<Text, Text> plain_of;
  // Those that are there already, too: a name is one text.
  std::unordered_map<std::string, Text> plain_texts;
  for (Text text = 0; text < graph->texts(); ++text) {
    const std::string_view name = graph->text(text);
    if (std::find(kDecorated.begin(), kDecorated.end(), name) != kDecorated.end()) plain_texts.emplace(name, text);
  }
  for (Text text = 0, read = graph->texts(); text < read; ++text) {
    const std::string_view name = graph->text(text);
    const std::string_view plain = Plain(name);
    if (plain.size() == name.size()) continue;
    const auto [found, fresh] = plain_texts.try_emplace(std::string(plain), graph->texts());
    if (fresh) {
      const std::string& bytes = found->first;
      if (!graph->text_bytes_.Append(bytes.data(), bytes.size()) || !graph->text_start_.Push(graph->text_bytes_.size())) {
        return false;
      }
    }
    plain_of.emplace(text, found->second);
  }
  if (plain_of.empty()) return true;
  for (Node node = 0; node < graph->nodes(); ++node) {
    // A string's name is its text, whatever it says.
    if (graph->type(node) == NodeType::kString) continue;
    const auto found = plain_of.find(graph->name_[node]);
    if (found != plain_of.end()) graph->name_[node] = found->second;
  }
  return true;
}

}  // namespace memspec::graph
