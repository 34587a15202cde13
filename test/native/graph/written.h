// Small heaps, written as V8 writes its snapshots.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/snapshot_reader.h"

namespace test {

using memspec::graph::EdgeType;
using memspec::graph::NodeType;

struct WrittenEdge {
  EdgeType type = EdgeType::kProperty;
  std::string name;         // of all but elements and hidden edges
  std::uint32_t index = 0;  // of those
  std::uint32_t to = 0;
};

struct WrittenNode {
  NodeType type = NodeType::kObject;
  std::string name;
  std::uint32_t id = 0;
  std::uint64_t size = 0;
  std::vector<WrittenEdge> edges;
  std::uint32_t trace = 0;
};

struct Written {
  std::vector<WrittenNode> nodes;
  // Order of a node's fields, and what else V8 writes: it differs from version to version.
  bool traces = true;
  bool detachedness = true;
  bool reversed_fields = false;
  bool unknown_sections = false;
  // As they stand between the brackets.
  std::string trace_functions, trace_tree;

  std::uint32_t Add(NodeType type, std::string name, std::uint64_t size);
  void Link(std::uint32_t from, std::uint32_t to, EdgeType type = EdgeType::kProperty, std::string name = "p");
  std::string Text() const;
};

struct Read {
  std::unique_ptr<memspec::graph::Graph> graph;
  memspec::graph::ReadProblem problem;
};
// `chunk`: bytes fed at a time; 0: all at once.
Read ReadText(const std::string& text, std::size_t chunk = 0);

}  // namespace test
