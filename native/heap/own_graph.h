// This isolate's heap as a graph: a snapshot of V8's, written piece by piece into our own reader and thrown away at once. Isolate's own
// thread, not inside a hook or a collection. V8 collects garbage for it.
#pragma once
#include <memory>

#include <v8.h>

#include "base/recursion_guard.h"
#include "graph/graph.h"
#include "graph/graph_builder.h"

namespace memspec::heap {

// nullptr: `problem` says why.
std::unique_ptr<graph::Graph> TakeGraph(const RecursionGuard&, v8::Isolate* isolate, graph::ReadProblem* problem);

}  // namespace memspec::heap
