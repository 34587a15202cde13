// Allocation stacks of a snapshot that was taken while V8 tracked allocations: a tree of calls, its root the outermost.
#pragma once
#include <cstdint>
#include <vector>

#include "graph/column.h"

namespace memspec::graph {

struct TraceFunction {
  std::uint32_t name = 0;    // texts
  std::uint32_t script = 0;
  std::int32_t script_id = -1;
  std::uint32_t line = 0;    // 1-based, of the function itself; 0: unknown
  std::uint32_t column = 0;
};

struct TraceNode {
  std::uint32_t parent = 0;    // index of a trace node; 0: none
  std::uint32_t function = 0;  // index into functions
};

struct Traces {
  Column<TraceFunction> functions;
  Column<TraceNode> nodes;  // by the id that heap nodes name; 0 is no node
  bool empty() const { return nodes.size() < 2; }
};

}  // namespace memspec::graph
