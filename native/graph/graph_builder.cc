#include "graph/graph_builder.h"

#include <algorithm>

#include "graph/plain_names.h"

namespace memspec::graph {

namespace {

constexpr const char* kSectionNames[] = {"nodes", "edges", "trace_function_infos", "samples", "locations"};

constexpr std::uint64_t kMaxCalls = 1u << 26;

std::uint32_t Clamp32(std::uint64_t value) { return value < kNoIndex ? static_cast<std::uint32_t>(value) : kNoIndex; }

}  // namespace

bool GraphBuilder::Fail(ReadError error, std::string what) {
  if (problem_.error == ReadError::kNone) problem_ = {error, std::move(what)};
  return false;
}

bool GraphBuilder::Begin(const SnapshotMeta& meta) {
  if (has_meta()) return Fail(ReadError::kInvalid, "it describes itself twice");
  meta_ = meta;
  const bool room = graph_.type_.Reserve(meta.node_count) && graph_.name_.Reserve(meta.node_count) &&
                    graph_.id_.Reserve(meta.node_count) && graph_.self_size_.Reserve(meta.node_count) &&
                    graph_.first_edge_.Reserve(meta.node_count + 1) && graph_.target_.Reserve(meta.edge_count) &&
                    graph_.edge_name_.Reserve(meta.edge_count);
  if (!room) {
    return Fail(ReadError::kNoMemory, "there is no memory for " + std::to_string(meta.node_count) + " nodes and " +
                                          std::to_string(meta.edge_count) + " edges");
  }
  return true;
}

bool GraphBuilder::BeginSection(Section section) {
  const auto index = static_cast<std::size_t>(section);
  if (!has_meta()) return Fail(ReadError::kInvalid, "its data comes before its description");
  if (seen_[index]) return Fail(ReadError::kInvalid, std::string("it has two lists of ") + kSectionNames[index]);
  seen_[index] = true;
  const std::uint32_t widths[] = {meta_.node_fields, meta_.edge_fields, meta_.function_fields, 1, meta_.location_fields};
  width_ = std::max(widths[index], 1u);
  filled_ = 0;
  return true;
}

bool GraphBuilder::EndSection(Section section) {
  if (filled_ != 0) {
    return Fail(ReadError::kInvalid,
                std::string("the last of its ") + kSectionNames[static_cast<std::size_t>(section)] + " is incomplete");
  }
  if (section == Section::kNodes && graph_.type_.size() != meta_.node_count) {
    return Fail(ReadError::kInvalid, "it has " + std::to_string(graph_.type_.size()) + " nodes, and says " +
                                         std::to_string(meta_.node_count));
  }
  if (section == Section::kEdges && graph_.target_.size() != meta_.edge_count) {
    return Fail(ReadError::kInvalid, "it has " + std::to_string(graph_.target_.size()) + " edges, and says " +
                                         std::to_string(meta_.edge_count));
  }
  return true;
}

bool GraphBuilder::Row(Section section) {
  filled_ = 0;
  switch (section) {
    case Section::kNodes:
      return NodeRow();
    case Section::kEdges:
      return EdgeRow();
    case Section::kTraceFunctions:
      return TraceFunctionRow();
    case Section::kLocations:
      return LocationRow();
    case Section::kSamples:
      return true;
  }
  return false;
}

bool GraphBuilder::NodeRow() {
  const std::size_t node = graph_.type_.size();
  if (node == meta_.node_count) return Fail(ReadError::kInvalid, "it has more nodes than it says");
  const std::uint64_t type = row_[meta_.node_type];
  if (type >= meta_.node_types) return Fail(ReadError::kInvalid, "a node is of no type");
  const std::uint64_t name = row_[meta_.node_name];
  const std::uint64_t id = row_[meta_.node_id];
  const std::uint64_t size = row_[meta_.node_size];
  if (name >= kNoIndex || id > kNoIndex) return Fail(ReadError::kInvalid, "a node's name or id is out of range");
  const NodeType known = meta_.node_type_of[type];
  // Room was made for all of them.
  graph_.type_.Push(static_cast<std::uint8_t>(known));
  graph_.name_.Push(static_cast<Text>(name));
  graph_.id_.Push(static_cast<ObjectId>(id));
  graph_.self_size_.Push(Clamp32(size));
  graph_.first_edge_.Push(static_cast<Edge>(edges_promised_));
  if (size >= kNoIndex) graph_.large_sizes_.emplace_back(static_cast<Node>(node), size);
  if (Graph::HasBirth(known)) graph_.last_object_id_ = std::max(graph_.last_object_id_, static_cast<ObjectId>(id));
  edges_promised_ += row_[meta_.node_edges];
  if (edges_promised_ > meta_.edge_count) return Fail(ReadError::kInvalid, "its nodes have more edges than it says");
  if (meta_.node_trace == kNoField) return true;
  const std::uint64_t trace = row_[meta_.node_trace];
  if (trace > kMaxNodes) return Fail(ReadError::kInvalid, "a node's allocation stack is out of range");
  return graph_.trace_.Push(static_cast<std::uint32_t>(trace)) ||
         Fail(ReadError::kNoMemory, "there is no memory for its allocation stacks");
}

bool GraphBuilder::EdgeRow() {
  if (graph_.target_.size() == meta_.edge_count) return Fail(ReadError::kInvalid, "it has more edges than it says");
  const std::uint64_t type = row_[meta_.edge_type];
  if (type >= meta_.edge_types) return Fail(ReadError::kInvalid, "an edge is of no type");
  const std::uint64_t offset = row_[meta_.edge_target];
  if (offset > kNoIndex) return Fail(ReadError::kInvalid, "an edge leads out of the graph");
  const std::uint32_t target = static_cast<std::uint32_t>(offset) / meta_.node_fields;
  if (target >= meta_.node_count || target * meta_.node_fields != offset) {
    return Fail(ReadError::kInvalid, "an edge leads to no node");
  }
  const std::uint64_t name = row_[meta_.edge_name];
  if (name > kNoIndex) return Fail(ReadError::kInvalid, "an edge's name is out of range");
  graph_.target_.Push(static_cast<std::uint32_t>(meta_.edge_type_of[type]) << 29 | target);
  graph_.edge_name_.Push(static_cast<std::uint32_t>(name));
  return true;
}

bool GraphBuilder::LocationRow() {
  if (meta_.location_node == kNoField || meta_.location_script == kNoField || meta_.location_line == kNoField ||
      meta_.location_column == kNoField) {
    return true;
  }
  const std::uint64_t offset = row_[meta_.location_node];
  if (offset == kNegative || offset % meta_.node_fields != 0 || offset / meta_.node_fields >= meta_.node_count) {
    return Fail(ReadError::kInvalid, "a location is of no node");
  }
  if (row_[meta_.location_script] == kNegative || row_[meta_.location_line] == kNegative ||
      row_[meta_.location_column] == kNegative) {
    return true;
  }
  const Location location{static_cast<Node>(offset / meta_.node_fields),
                          static_cast<std::int32_t>(row_[meta_.location_script] & 0x7fffffff),
                          Clamp32(row_[meta_.location_line]), Clamp32(row_[meta_.location_column])};
  return graph_.locations_.Push(location) || Fail(ReadError::kNoMemory, "there is no memory for its locations");
}

bool GraphBuilder::TraceFunctionRow() {
  const auto field = [this](std::uint32_t position) {
    return position == kNoField || row_[position] == kNegative ? 0 : Clamp32(row_[position]);
  };
  TraceFunction function;
  function.name = field(meta_.function_name);
  function.script = field(meta_.function_script);
  if (meta_.function_script_id != kNoField) {
    function.script_id = static_cast<std::int32_t>(field(meta_.function_script_id) & 0x7fffffff);
  }
  function.line = field(meta_.function_line);
  function.column = field(meta_.function_column);
  return graph_.traces_.functions.Push(function) || Fail(ReadError::kNoMemory, "there is no memory for its functions");
}

bool GraphBuilder::TraceOpen() {
  if (!has_meta()) return Fail(ReadError::kInvalid, "its data comes before its description");
  const std::uint32_t parent = calls_.empty() ? 0 : calls_.back().id;
  const bool between = calls_.empty() || calls_.back().filled + 1 == meta_.trace_fields;
  if (!between) return Fail(ReadError::kInvalid, "its tree of calls is out of shape");
  calls_.push_back({parent, 0, 0, 0});
  return true;
}

bool GraphBuilder::TraceNumber(std::uint64_t value) {
  if (calls_.empty() || calls_.back().filled + 1 >= meta_.trace_fields) {
    return Fail(ReadError::kInvalid, "its tree of calls is out of shape");
  }
  Call& call = calls_.back();
  const std::uint32_t field = call.filled++;
  if (field == meta_.trace_function) call.function = Clamp32(value);
  if (field == meta_.trace_id) {
    if (value > kMaxCalls) return Fail(ReadError::kInvalid, "a call's id is out of range");
    call.id = static_cast<std::uint32_t>(value);
  }
  if (call.filled + 1 != meta_.trace_fields) return true;
  Column<TraceNode>& nodes = graph_.traces_.nodes;
  if (!nodes.Extend(call.id + 1)) return Fail(ReadError::kNoMemory, "there is no memory for its calls");
  nodes[call.id] = {call.parent, call.function};
  return true;
}

bool GraphBuilder::TraceClose() {
  if (calls_.empty() || calls_.back().filled != 0) return Fail(ReadError::kInvalid, "its tree of calls is out of shape");
  calls_.pop_back();
  if (!calls_.empty()) calls_.back().filled = 0;
  return true;
}

bool GraphBuilder::BeginTexts() {
  if (has_texts_) return Fail(ReadError::kInvalid, "it has two lists of strings");
  has_texts_ = true;
  return graph_.text_start_.Push(0) || Fail(ReadError::kNoMemory, "there is no memory for its strings");
}

bool GraphBuilder::Finish() {
  if (!has_meta()) return Fail(ReadError::kInvalid, "it is no heap snapshot: it has no \"snapshot\"");
  for (const Section section : {Section::kNodes, Section::kEdges}) {
    if (!seen_[static_cast<std::size_t>(section)]) {
      return Fail(ReadError::kInvalid, std::string("it has no ") + kSectionNames[static_cast<std::size_t>(section)]);
    }
  }
  if (!has_texts_) return Fail(ReadError::kInvalid, "it has no strings");
  if (graph_.nodes() == 0) return Fail(ReadError::kInvalid, "it has no nodes");
  if (edges_promised_ != graph_.edges()) return Fail(ReadError::kInvalid, "its nodes have fewer edges than it has");
  graph_.first_edge_.Push(graph_.edges());
  std::sort(graph_.locations_.begin(), graph_.locations_.end(),
            [](const Location& a, const Location& b) { return a.node < b.node; });
  if (!CheckTexts()) return false;
  return TakeNamesPlainly(&graph_) || Fail(ReadError::kNoMemory, "there is no memory for its strings");
}

bool GraphBuilder::CheckTexts() {
  const Text texts = graph_.texts();
  for (const Text name : graph_.name_) {
    if (name >= texts) return Fail(ReadError::kInvalid, "a node's name is no string of its own");
  }
  for (Edge edge = 0; edge < graph_.edges(); ++edge) {
    if (!Graph::IsIndexed(graph_.edge_type(edge)) && graph_.edge_name_[edge] >= texts) {
      return Fail(ReadError::kInvalid, "an edge's name is no string of its own");
    }
  }
  const std::size_t functions = graph_.traces_.functions.size();
  for (const TraceFunction& function : graph_.traces_.functions) {
    if (function.name >= texts || function.script >= texts) {
      return Fail(ReadError::kInvalid, "a function's name is no string of its own");
    }
  }
  for (std::size_t call = 1; call < graph_.traces_.nodes.size(); ++call) {
    if (graph_.traces_.nodes[call].function >= functions) return Fail(ReadError::kInvalid, "a call is of no function");
  }
  for (const std::uint32_t trace : graph_.trace_) {
    if (trace != 0 && trace >= graph_.traces_.nodes.size()) {
      return Fail(ReadError::kInvalid, "a node's allocation stack is not in it");
    }
  }
  return true;
}

}  // namespace memspec::graph
