#include "graph/snapshot_meta.h"

#include <cmath>

#include "graph/json.h"

namespace memspec::graph {

namespace {

constexpr std::string_view kNodeTypes[] = {"hidden",  "array",     "string",  "object",
                                           "code",    "closure",   "regexp",  "number",
                                           "native",  "synthetic", "concatenated string", "sliced string",
                                           "symbol",  "bigint",    "object shape", "wasm object"};
constexpr std::string_view kEdgeTypes[] = {"context", "element", "property", "internal", "hidden", "shortcut", "weak"};

struct Field {
  std::string_view name;
  std::uint32_t* position;
  bool needed;
};

// Fields of a row by name. A list that is not there at all leaves everything unknown.
template <std::size_t N>
bool ReadFields(const Json& meta, const char* list, const Field (&wanted)[N], std::uint32_t* count, std::string* why) {
  const Json* const fields = meta.Find(list);
  if (fields != nullptr && fields->items.size() <= kMaxFields) {
    *count = static_cast<std::uint32_t>(fields->items.size());
    for (std::uint32_t i = 0; i < *count; ++i) {
      for (const Field& field : wanted) {
        if (fields->items[i].string == field.name) *field.position = i;
      }
    }
  }
  for (const Field& field : wanted) {
    if (!field.needed || *field.position != kNoField) continue;
    *why = std::string(list) + " has no field \"" + std::string(field.name) + "\"";
    return false;
  }
  return true;
}

// The numbers that the snapshot gives to types: the list is the first item of `list`.
template <class Type, std::size_t N>
bool ReadTypes(const Json& meta, const char* list, const std::string_view (&names)[N], Type unknown,
               std::array<Type, kMaxTypes>* types, std::uint32_t* count, std::string* why) {
  const Json* const lists = meta.Find(list);
  const bool there = lists != nullptr && !lists->items.empty() && !lists->items[0].items.empty() &&
                     lists->items[0].items.size() <= kMaxTypes;
  if (!there) {
    *why = std::string(list) + " is missing";
    return false;
  }
  *count = static_cast<std::uint32_t>(lists->items[0].items.size());
  for (std::uint32_t i = 0; i < *count; ++i) {
    (*types)[i] = unknown;
    for (std::size_t known = 0; known < N; ++known) {
      if (lists->items[0].items[i].string == names[known]) (*types)[i] = static_cast<Type>(known);
    }
  }
  return true;
}

bool ReadCount(const Json& snapshot, const char* name, double limit, std::uint64_t* count, std::string* why) {
  const Json* const value = snapshot.Find(name);
  if (value == nullptr || value->kind != Json::Kind::kNumber || !(value->number >= 0 && value->number <= limit) ||
      std::floor(value->number) != value->number) {
    *why = std::string(name) + " is missing, or no number that can be";
    return false;
  }
  *count = static_cast<std::uint64_t>(value->number);
  return true;
}

}  // namespace

bool ParseMeta(std::string_view text, SnapshotMeta* out, std::string* why) {
  const std::optional<Json> snapshot = ParseJson(text);
  const Json* const meta = snapshot ? snapshot->Find("meta") : nullptr;
  if (meta == nullptr || meta->kind != Json::Kind::kObject) {
    *why = "it does not say how it is to be read (\"meta\")";
    return false;
  }
  const Field node[] = {{"type", &out->node_type, true},         {"name", &out->node_name, true},
                        {"id", &out->node_id, true},             {"self_size", &out->node_size, true},
                        {"edge_count", &out->node_edges, true},  {"trace_node_id", &out->node_trace, false}};
  const Field edge[] = {{"type", &out->edge_type, true},
                        {"name_or_index", &out->edge_name, true},
                        {"to_node", &out->edge_target, true}};
  const Field location[] = {{"object_index", &out->location_node, false},
                            {"script_id", &out->location_script, false},
                            {"line", &out->location_line, false},
                            {"column", &out->location_column, false}};
  const Field function[] = {{"name", &out->function_name, false},
                            {"script_name", &out->function_script, false},
                            {"script_id", &out->function_script_id, false},
                            {"line", &out->function_line, false},
                            {"column", &out->function_column, false}};
  const Field trace[] = {{"id", &out->trace_id, false}, {"function_info_index", &out->trace_function, false}};
  return ReadFields(*meta, "node_fields", node, &out->node_fields, why) &&
         ReadFields(*meta, "edge_fields", edge, &out->edge_fields, why) &&
         ReadFields(*meta, "location_fields", location, &out->location_fields, why) &&
         ReadFields(*meta, "trace_function_info_fields", function, &out->function_fields, why) &&
         ReadFields(*meta, "trace_node_fields", trace, &out->trace_fields, why) &&
         ReadTypes(*meta, "node_types", kNodeTypes, NodeType::kUnknown, &out->node_type_of, &out->node_types, why) &&
         ReadTypes(*meta, "edge_types", kEdgeTypes, EdgeType::kUnknown, &out->edge_type_of, &out->edge_types, why) &&
         ReadCount(*snapshot, "node_count", kMaxNodes, &out->node_count, why) &&
         ReadCount(*snapshot, "edge_count", 4294967294.0, &out->edge_count, why);
}

}  // namespace memspec::graph
