// Ways to a node, by rank: which of several is told.
#include "graph/paths.h"

#include <string>

#include "graph/known_texts.h"
#include "graph/retention.h"
#include "graph/scopes.h"
#include "harness.h"
#include "written.h"

namespace test {
namespace {

using memspec::graph::Graph;
using memspec::graph::KnownTexts;
using memspec::graph::Node;
using memspec::graph::Paths;
using memspec::graph::Rank;
using memspec::graph::Retention;
using memspec::graph::Scopes;

// A heap with a global object, whose properties V8 also writes as cells of a table, and a module of Node.
struct Globals {
  Written heap;
  std::uint32_t global, cells, module, process;

  Globals() {
    heap.Add(NodeType::kSynthetic, "", 0);
    const std::uint32_t context = heap.Add(NodeType::kHidden, "system / NativeContext", 8);
    global = heap.Add(NodeType::kObject, "global", 8);
    cells = heap.Add(NodeType::kArray, "(object properties)", 8);
    module = heap.Add(NodeType::kObject, "system / Context", 8);
    const std::uint32_t scope = heap.Add(NodeType::kHidden, "system / ScopeInfo", 8);
    const std::uint32_t shared = heap.Add(NodeType::kCode, "shared", 8);
    const std::uint32_t script = heap.Add(NodeType::kCode, "node:internal/process", 8);
    process = heap.Add(NodeType::kObject, "process", 8);
    heap.Link(0, context, EdgeType::kElement);
    heap.Link(context, global, EdgeType::kInternal, "global_object");
    heap.Link(context, module, EdgeType::kInternal, "modules");
    heap.Link(global, cells, EdgeType::kInternal, "properties");
    heap.Link(module, scope, EdgeType::kInternal, "scope_info");
    heap.Link(module, context, EdgeType::kInternal, "previous");
    heap.Link(shared, scope, EdgeType::kInternal, "name_or_scope_info");
    heap.Link(shared, script, EdgeType::kInternal, "script");
    heap.Link(context, shared, EdgeType::kInternal, "functions");
  }
  std::uint32_t Global(const std::string& name, std::uint32_t value) {
    heap.Link(global, value, EdgeType::kProperty, name);
    const std::uint32_t cell = heap.Add(NodeType::kHidden, "system / PropertyCell", 8);
    heap.Link(cells, cell, EdgeType::kInternal, std::to_string(cell));
    heap.Link(cell, value, EdgeType::kInternal, "value");
    return cell;
  }
};

struct Found {
  explicit Found(const Written& heap)
      : read(ReadText(heap.Text())), known(*read.graph), retention(*read.graph, known), scopes(*read.graph, known),
        paths(*read.graph, known, retention, scopes) {
    CHECK(paths.Find({}));
  }
  // Names of the edges that lead to a node, from where its way begins.
  std::string WayTo(Node node) const {
    if (paths.IsStart(node)) return std::string(read.graph->node_name(node));
    const auto edge = paths.edge_to(node);
    return WayTo(paths.SourceOf(edge)) + " > " + std::string(read.graph->edge_text(edge));
  }

  Read read;
  KnownTexts known;
  Retention retention;
  Scopes scopes;
  Paths paths;
};

TEST("a symbol of Node's own is no global variable: its modules name what it leads to") {
  Globals globals;
  const std::uint32_t wrap = globals.heap.Add(NodeType::kObject, "ModuleWrap", 8);
  globals.Global("<symbol node:entry_point_module>", wrap);
  globals.heap.Link(wrap, globals.process, EdgeType::kProperty, "process");
  globals.heap.Link(globals.module, globals.process, EdgeType::kContext, "process");
  const Found found(globals.heap);
  CHECK(found.paths.rank(globals.process) == Rank::kNodeModules);
  CHECK_EQUAL(found.WayTo(globals.process), "system / Context > process");
}

TEST("what nothing else leads to is told by the symbol, at the rank of Node's modules") {
  Globals globals;
  const std::uint32_t wrap = globals.heap.Add(NodeType::kObject, "ModuleWrap", 8);
  const std::uint32_t job = globals.heap.Add(NodeType::kObject, "Job", 8);
  globals.Global("<symbol node:entry_point_module>", wrap);
  globals.heap.Link(wrap, job, EdgeType::kProperty, "job");
  const Found found(globals.heap);
  CHECK(found.paths.rank(job) == Rank::kNodeModules);
  CHECK_EQUAL(found.WayTo(job), "global > <symbol node:entry_point_module> > job");
}

TEST("a global variable, and a symbol of the program's, name what a symbol of Node's leads to as well") {
  for (const std::string name : {"app", "<symbol app>", "<symbol nodejs>"}) {
    Globals globals;
    const std::uint32_t wrap = globals.heap.Add(NodeType::kObject, "ModuleWrap", 8);
    globals.Global("<symbol node:entry_point_module>", wrap);
    globals.Global(name, wrap);
    globals.heap.Link(wrap, globals.process, EdgeType::kProperty, "process");
    const Found found(globals.heap);
    CHECK(found.paths.rank(globals.process) == Rank::kProgram);
    CHECK_EQUAL(found.WayTo(globals.process), "global > " + name + " > process");
  }
}

TEST("a thread's output, which is piped to process.stdout, leads to the thread only where nothing else does") {
  for (const bool kept : {false, true}) {
    Globals globals;
    const std::uint32_t output = globals.heap.Add(NodeType::kObject, "ReadableWorkerStdio", 8);
    const std::uint32_t worker = globals.heap.Add(NodeType::kObject, "Worker", 8);
    const std::uint32_t stack = globals.heap.Add(NodeType::kSynthetic, "(Stack roots)", 0);
    const std::uint32_t threads = globals.heap.Add(NodeType::kObject, "Array", 8);
    globals.heap.Link(globals.module, output, EdgeType::kContext, "src");
    globals.heap.Link(output, worker, EdgeType::kProperty, "worker");
    globals.heap.Link(0, stack, EdgeType::kElement);
    if (kept) globals.heap.Link(stack, threads, EdgeType::kElement);
    globals.heap.Link(threads, worker, EdgeType::kProperty, "thread");
    const Found found(globals.heap);
    CHECK(found.paths.rank(worker) == (kept ? Rank::kStack : Rank::kNative));
    CHECK(found.paths.rank(output) == Rank::kNodeModules);
  }
}

TEST("a symbol of Node's on any other object leads on as a property does") {
  Globals globals;
  const std::uint32_t app = globals.heap.Add(NodeType::kObject, "App", 8);
  globals.Global("app", app);
  globals.heap.Link(app, globals.process, EdgeType::kProperty, "<symbol node:source_map>");
  const Found found(globals.heap);
  CHECK(found.paths.rank(globals.process) == Rank::kProgram);
}

}  // namespace
}  // namespace test
