// A small JSON value, for the head of a snapshot (its description of itself). Not for its data. Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace memspec::graph {

struct Json {
  enum class Kind : unsigned char { kNull, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  double number = 0;
  std::string string;
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;

  // nullptr: no such member, or no object.
  const Json* Find(std::string_view name) const;
};

// Empty when `text` is not one JSON value. Nesting: at most 16 deep. Escapes are kept as they are: names have none.
std::optional<Json> ParseJson(std::string_view text);

}  // namespace memspec::graph
