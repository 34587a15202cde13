// Reads a snapshot from a file. Any thread; blocks while it reads.
#pragma once
#include <memory>
#include <string>

#include "graph/graph.h"
#include "graph/graph_builder.h"

namespace memspec::graph {

// nullptr: `problem` says why.
std::unique_ptr<Graph> ReadSnapshotFile(const std::string& path, ReadProblem* problem);

}  // namespace memspec::graph
