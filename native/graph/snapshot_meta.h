// How a snapshot's rows are to be read: V8 says so at its start, and says it differently from version to version
// (`trace_node_id` and `detachedness` come and go). Any thread.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "graph/graph.h"

namespace memspec::graph {

inline constexpr std::uint32_t kMaxFields = 16;
inline constexpr std::uint32_t kMaxTypes = 64;
inline constexpr std::uint32_t kNoField = kMaxFields;

// Positions of fields in a row; kNoField: not in this snapshot.
struct SnapshotMeta {
  std::uint32_t node_fields = 0;
  std::uint32_t node_type = kNoField, node_name = kNoField, node_id = kNoField, node_size = kNoField,
                node_edges = kNoField, node_trace = kNoField;
  std::uint32_t edge_fields = 0;
  std::uint32_t edge_type = kNoField, edge_name = kNoField, edge_target = kNoField;
  std::uint32_t location_fields = 0;
  std::uint32_t location_node = kNoField, location_script = kNoField, location_line = kNoField,
                location_column = kNoField;
  std::uint32_t function_fields = 0;
  std::uint32_t function_name = kNoField, function_script = kNoField, function_script_id = kNoField,
                function_line = kNoField, function_column = kNoField;
  std::uint32_t trace_fields = 0;
  std::uint32_t trace_id = kNoField, trace_function = kNoField;
  // By the number that the snapshot uses.
  std::uint32_t node_types = 0, edge_types = 0;
  std::array<NodeType, kMaxTypes> node_type_of{};
  std::array<EdgeType, kMaxTypes> edge_type_of{};
  std::uint64_t node_count = 0, edge_count = 0;
};

// The value of the key "snapshot". False with `why` when it is not the head of a snapshot.
bool ParseMeta(std::string_view text, SnapshotMeta* meta, std::string* why);

}  // namespace memspec::graph
