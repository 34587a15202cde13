// What counts as new: things that the calls left, and not what V8 makes anew for old ones.
#include "graph/groups.h"

#include <memory>
#include <string>
#include <vector>

#include "graph/heap.h"
#include "harness.h"
#include "written.h"

namespace test {
namespace {

using memspec::graph::FindGroups;
using memspec::graph::GroupQuery;
using memspec::graph::Groups;
using memspec::graph::Heap;
using memspec::graph::ObjectId;

// An old function and an old list of a module. What is added afterwards was born in the one batch.
struct Grown {
  Written heap;
  std::uint32_t list, function, shape;
  ObjectId boundary;

  Grown() {
    heap.Add(NodeType::kSynthetic, "", 0);
    const std::uint32_t context = heap.Add(NodeType::kHidden, "system / NativeContext", 8);
    const std::uint32_t global = heap.Add(NodeType::kObject, "global", 8);
    list = heap.Add(NodeType::kObject, "Array", 8);
    function = heap.Add(NodeType::kClosure, "work", 8);
    shape = heap.Add(NodeType::kObjectShape, "system / Map", 8);
    boundary = heap.nodes.back().id;
    heap.Link(0, context, EdgeType::kElement);
    heap.Link(context, global, EdgeType::kInternal, "global_object");
    heap.Link(global, list, EdgeType::kProperty, "list");
    heap.Link(global, function, EdgeType::kProperty, "work");
    heap.Link(list, shape, EdgeType::kInternal, "map");
  }

  std::uint32_t Add(NodeType type, const std::string& name, std::uint32_t holder, const std::string& edge) {
    const std::uint32_t node = heap.Add(type, name, 8);
    heap.Link(holder, node, type == NodeType::kObject ? EdgeType::kProperty : EdgeType::kInternal, edge);
    return node;
  }

  Groups Find() const { return Find({boundary}); }
  Groups Find(const std::vector<ObjectId>& boundaries) const {
    Read read = ReadText(heap.Text());
    const std::unique_ptr<Heap> whole = Heap::Of(std::move(read.graph));
    GroupQuery query;
    query.boundaries = boundaries;
    Groups found;
    CHECK(FindGroups(*whole, query, &found));
    return found;
  }
};

TEST("what V8 compiles for an old function is nothing new, with all that it holds") {
  Grown grown;
  const std::uint32_t cell = grown.Add(NodeType::kCode, "feedback cell", grown.function, "feedback_cell");
  const std::uint32_t vector = grown.Add(NodeType::kCode, "feedback vector", cell, "value");
  const std::uint32_t slots = grown.Add(NodeType::kArray, "", vector, "slots");
  grown.Add(NodeType::kCode, "optimised code", slots, "code");
  grown.Add(NodeType::kObject, "Object", vector, "boilerplate");
  const Groups found = grown.Find();
  CHECK_EQUAL(found.groups.size(), 0u);
  CHECK_EQUAL(found.births[0].count, 0u);
}

TEST("nor are shapes of an old shape, and V8's weak lists, whatever has them") {
  for (const std::string name : {"system / WeakArrayList", "system / WeakFixedArray"}) {
    Grown grown;
    const std::uint32_t next = grown.Add(NodeType::kObjectShape, "system / Map", grown.shape, "back_pointer");
    grown.Add(NodeType::kHidden, name, next, "dependent_code");
    CHECK_EQUAL(grown.Find().groups.size(), 0u);
    grown.Add(NodeType::kHidden, name, 0, "retained");
    const Groups found = grown.Find();
    CHECK_EQUAL(found.groups.size(), 0u);
    CHECK_EQUAL(found.births[0].count, 0u);
  }
}

TEST("another list of V8's is new: an old registry's records are what leaks") {
  Grown grown;
  grown.Add(NodeType::kHidden, "system / WeakCell", grown.list, "active_cells");
  CHECK_EQUAL(grown.Find().groups.size(), 1u);
}

TEST("the code of a new function is that function's") {
  Grown grown;
  const std::uint32_t made = grown.Add(NodeType::kObject, "Made", grown.list, "0");
  grown.Add(NodeType::kCode, "code", made, "code");
  const Groups found = grown.Find();
  CHECK_EQUAL(found.groups.size(), 1u);
  CHECK_EQUAL(found.groups[0].count, 1u);
  CHECK_EQUAL(found.groups[0].retained, 16u);
  CHECK_EQUAL(found.groups[0].contents[0].bytes, 8u);
  CHECK_EQUAL(found.births[0].count, 1u);
}

TEST("of what a new object holds counts as its contents what was born in the interval: not what is older") {
  Grown grown;
  const std::uint32_t socket = grown.heap.Add(NodeType::kObject, "Socket", 8);
  const ObjectId since = grown.heap.nodes.back().id;
  const std::uint32_t request = grown.Add(NodeType::kObject, "Request", grown.list, "last");
  grown.heap.Link(request, socket, EdgeType::kProperty, "socket");
  grown.Add(NodeType::kObject, "Headers", request, "headers");
  grown.boundary = since;
  const Groups found = grown.Find();
  CHECK_EQUAL(found.groups.size(), 1u);
  CHECK_EQUAL(found.groups[0].retained, 24u);
  CHECK_EQUAL(found.groups[0].contents[0].bytes, 16u);
}

TEST("stacks are those of the last interval: what is older was moved to where something else had been allocated") {
  Grown grown;
  const std::uint32_t older = grown.Add(NodeType::kObject, "Row", grown.list, "0");
  const ObjectId since = grown.heap.nodes[older].id;
  const std::uint32_t newer = grown.Add(NodeType::kObject, "Row", grown.list, "0");
  grown.heap.nodes[older].trace = 2;
  grown.heap.nodes[newer].trace = 3;
  grown.heap.trace_functions = "0,0,0,0,0,0,7,1,1,4,12,3";
  grown.heap.trace_tree = "1,0,0,0,[2,1,1,8,[],3,1,1,8,[]]";
  const Groups found = grown.Find({grown.boundary, since, 1000});
  CHECK_EQUAL(found.groups.size(), 1u);
  CHECK_EQUAL(found.groups[0].count, 2u);
  CHECK_EQUAL(found.groups[0].traces.size(), 1u);
  CHECK_EQUAL(found.groups[0].traces[0].trace, 3u);
}

TEST("code that something without a birth keeps may be what leaks") {
  Grown grown;
  const std::uint32_t script = grown.Add(NodeType::kNative, "Script", grown.list, "0");
  // V8 numbers C++ objects apart from its own.
  grown.heap.nodes[script].id = 2;
  grown.Add(NodeType::kCode, "code", script, "functions");
  const Groups found = grown.Find();
  CHECK_EQUAL(found.groups.size(), 1u);
}

TEST("so may code that nothing but V8 keeps") {
  Grown grown;
  grown.Add(NodeType::kCode, "code", 0, "cache");
  CHECK_EQUAL(grown.Find().groups.size(), 1u);
}

}  // namespace
}  // namespace test
