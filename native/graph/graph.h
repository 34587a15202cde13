// A heap as V8's snapshots describe it: nodes, edges, strings, in columns. Immutable once it was read. Any thread, one at a
// time. Capacity: 2^29 - 1 nodes (a target and its edge's type share 32 bits), 2^32 - 1 edges and strings.
// About 17 bytes a node (21 with allocation stacks), 8 an edge.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/column.h"
#include "graph/traces.h"

namespace memspec::graph {

enum class NodeType : std::uint8_t {
  kHidden, kArray, kString, kObject, kCode, kClosure, kRegExp, kNumber, kNative, kSynthetic, kConsString,
  kSlicedString, kSymbol, kBigInt, kObjectShape, kWasmObject, kUnknown
};
enum class EdgeType : std::uint8_t { kContext, kElement, kProperty, kInternal, kHidden, kShortcut, kWeak, kUnknown };

// A node's place in the columns; an edge's; a string's. Plain numbers: they index every work array of every analysis.
using Node = std::uint32_t;
using Edge = std::uint32_t;
using Text = std::uint32_t;
// V8's number for an object, kept for its whole life.
using ObjectId = std::uint32_t;

inline constexpr Node kRoot = 0;
inline constexpr std::uint32_t kNoIndex = 0xffffffff;
inline constexpr std::uint32_t kMaxNodes = 0x1fffffff;

// Where a function, or an object's constructor, is in its script. Zero-based, as V8 has it.
struct Location {
  Node node;
  std::int32_t script_id;
  std::uint32_t line;
  std::uint32_t column;
};

class Graph {
 public:
  Node nodes() const { return static_cast<Node>(type_.size()); }
  Edge edges() const { return static_cast<Edge>(target_.size()); }
  Text texts() const { return text_start_.empty() ? 0 : static_cast<Text>(text_start_.size() - 1); }

  NodeType type(Node node) const { return static_cast<NodeType>(type_[node]); }
  Text name(Node node) const { return name_[node]; }
  ObjectId id(Node node) const { return id_[node]; }
  std::uint64_t self_size(Node node) const {
    const std::uint32_t size = self_size_[node];
    return size == kNoIndex ? LargeSize(node) : size;
  }
  // Of the node's allocation stack in traces(); 0: none.
  std::uint32_t trace(Node node) const { return trace_.empty() ? 0 : trace_[node]; }

  Edge first_edge(Node node) const { return first_edge_[node]; }
  Edge end_edge(Node node) const { return first_edge_[node + 1]; }
  EdgeType edge_type(Edge edge) const { return static_cast<EdgeType>(target_[edge] >> 29); }
  Node target(Edge edge) const { return target_[edge] & kMaxNodes; }
  // An index for elements and hidden edges, a text for all others.
  std::uint32_t edge_name(Edge edge) const { return edge_name_[edge]; }
  static bool IsIndexed(EdgeType type) { return type == EdgeType::kElement || type == EdgeType::kHidden; }

  std::string_view text(Text text) const {
    return {text_bytes_.begin() + text_start_[text], static_cast<std::size_t>(text_start_[text + 1] - text_start_[text])};
  }
  std::string_view node_name(Node node) const { return text(name_[node]); }
  // "" for indexed edges.
  std::string_view edge_text(Edge edge) const {
    return IsIndexed(edge_type(edge)) ? std::string_view() : text(edge_name_[edge]);
  }

  // Sorted by node; nullptr: unknown.
  const Location* location(Node node) const;
  const Traces& traces() const { return traces_; }
  // kNoIndex: no such node.
  Node Find(ObjectId id) const;
  // The highest id of an object of the JavaScript heap: those of native and synthetic nodes follow no order.
  ObjectId last_object_id() const { return last_object_id_; }
  static bool HasBirth(NodeType type) { return type != NodeType::kNative && type != NodeType::kSynthetic; }
  std::uint64_t own_bytes() const;

 private:
  friend class SnapshotReader;
  friend class GraphBuilder;
  friend bool TakeNamesPlainly(Graph* graph);
  std::uint64_t LargeSize(Node node) const;

  Column<std::uint8_t> type_;
  Column<Text> name_;
  Column<ObjectId> id_;
  Column<std::uint32_t> self_size_;  // kNoIndex: in large_sizes_
  Column<Edge> first_edge_;          // one more than nodes
  Column<std::uint32_t> trace_;      // empty without allocation stacks
  Column<std::uint32_t> target_;     // type << 29 | target
  Column<std::uint32_t> edge_name_;
  Column<char> text_bytes_;
  Column<std::uint64_t> text_start_;  // one more than texts
  Column<Location> locations_;
  std::vector<std::pair<Node, std::uint64_t>> large_sizes_;
  Traces traces_;
  ObjectId last_object_id_ = 0;
};

}  // namespace memspec::graph
