// The reader: what V8's versions write, and what nobody should.
#include <string>

#include "harness.h"
#include "written.h"

namespace test {
namespace {

using memspec::graph::Graph;
using memspec::graph::ReadError;

Written Some() {
  Written heap;
  heap.Add(NodeType::kSynthetic, "", 0);
  heap.Add(NodeType::kObject, "Session", 48);
  heap.Add(NodeType::kString, "a \"quoted\" \\ text", 5'000'000'000);
  heap.Link(0, 1, EdgeType::kElement);
  heap.Link(1, 2, EdgeType::kProperty, "name");
  heap.Link(1, 0, EdgeType::kWeak, "back");
  return heap;
}

void CheckSome(const Read& read) {
  CHECK_EQUAL(read.problem.what, "");
  const Graph& graph = *read.graph;
  CHECK_EQUAL(graph.nodes(), 3u);
  CHECK_EQUAL(graph.edges(), 3u);
  CHECK_EQUAL(graph.node_name(1), "Session");
  CHECK_EQUAL(graph.node_name(2), "a \"quoted\" \\ text");
  CHECK_EQUAL(graph.self_size(1), 48u);
  CHECK_EQUAL(graph.self_size(2), 5'000'000'000u);
  CHECK_EQUAL(graph.id(2), 5u);
  CHECK_EQUAL(graph.last_object_id(), 5u);
  CHECK_EQUAL(graph.first_edge(1), 1u);
  CHECK_EQUAL(graph.end_edge(1), 3u);
  CHECK_EQUAL(graph.edge_text(1), "name");
  CHECK_EQUAL(graph.target(1), 2u);
  CHECK(graph.edge_type(2) == EdgeType::kWeak);
  CHECK_EQUAL(graph.Find(5), 2u);
  CHECK_EQUAL(graph.Find(4), memspec::graph::kNoIndex);
}

TEST("a heap is read the same in whatever pieces it comes, and in whatever order its fields are") {
  for (const bool traces : {false, true}) {
    for (const bool reversed : {false, true}) {
      for (const bool unknown : {false, true}) {
        Written heap = Some();
        heap.traces = traces;
        heap.detachedness = !reversed;
        heap.reversed_fields = reversed;
        heap.unknown_sections = unknown;
        const std::string text = heap.Text();
        for (const std::size_t chunk : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}}) {
          CheckSome(ReadText(text, chunk));
        }
      }
    }
  }
}

TEST("a heap that is cut short anywhere is cut short, not invalid") {
  const std::string text = Some().Text();
  const std::size_t whole = text.find_last_of('}') + 1;
  for (std::size_t length = 0; length < whole; ++length) {
    const Read read = ReadText(text.substr(0, length));
    CHECK(read.graph == nullptr);
    CHECK_EQUAL(static_cast<int>(read.problem.error), static_cast<int>(ReadError::kTruncated));
  }
  CheckSome(ReadText(text.substr(0, whole)));
}

TEST("whatever a byte is changed to, the reader ends, with a heap or with what is wrong") {
  Random random(7);
  const std::string text = Some().Text();
  const std::string likely = "0123456789,[]{}\"\\ :-.eu\n";
  unsigned heaps = 0;
  for (unsigned seed = 0; seed < 20 * Seeds(); ++seed) {
    std::string changed = text;
    for (std::uint32_t i = 0; i < 1 + random.Below(3); ++i) {
      const std::uint32_t at = random.Below(static_cast<std::uint32_t>(changed.size()));
      changed[at] = random.OneIn(4) ? static_cast<char>(random.Below(256)) : likely[random.Below(static_cast<std::uint32_t>(likely.size()))];
    }
    const Read read = ReadText(changed, 1 + random.Below(200));
    CHECK((read.graph == nullptr) == (read.problem.error != ReadError::kNone));
    if (read.graph == nullptr) CHECK(!read.problem.what.empty());
    heaps += read.graph == nullptr ? 0u : 1u;
  }
  CHECK(heaps > 0);
}

void CheckInvalid(const std::string& text, const std::string& part) {
  const Read read = ReadText(text);
  CHECK(read.graph == nullptr);
  CHECK_EQUAL(static_cast<int>(read.problem.error), static_cast<int>(ReadError::kInvalid));
  if (read.problem.what.find(part) == std::string::npos) CHECK_EQUAL(read.problem.what, part);
}

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  text.replace(text.find(what), what.size(), with);
  return text;
}

TEST("what is damaged is told by name") {
  const std::string text = Some().Text();
  CheckInvalid("[1]", "no heap snapshot");
  CheckInvalid("{}x", "a key was expected");
  CheckInvalid(R"({"a":1})", "no heap snapshot");
  CheckInvalid(text + "x", "something follows its end");
  CheckInvalid(Replaced(text, "\"node_count\":3", "\"node_count\":2"), "more nodes than it says");
  CheckInvalid(Replaced(text, "\"node_count\":3", "\"node_count\":4"), "it has 3 nodes, and says 4");
  CheckInvalid(Replaced(text, "\"edge_count\":3", "\"edge_count\":4"), "it has 3 edges, and says 4");
  CheckInvalid(Replaced(text, "\"edge_count\":3", "\"edge_count\":2"), "more edges");
  CheckInvalid(Replaced(text, "\"node_count\":3", "\"node_count\":3.5"), "node_count");
  CheckInvalid(Replaced(text, "\"node_count\":3", "\"node_count\":99999999999"), "node_count");
  CheckInvalid(Replaced(text, "\"nodes\":[9", "\"nodes\":[77"), "a node is of no type");
  CheckInvalid(Replaced(text, "\"nodes\":[9", "\"nodes\":[-9"), "no whole number");
  CheckInvalid(Replaced(text, "\"nodes\":[9", "\"nodes\":[9.5"), "no whole number");
  CheckInvalid(Replaced(text, "\"nodes\":[9", "\"nodes\":[9 9"), "a comma is missing");
  CheckInvalid(Replaced(text, "\"nodes\":[9", "\"nodes\":[9,"), "a number is missing");
  CheckInvalid(Replaced(text, "\"nodes\":[9", "\"nodes\":[99999999999999999999"), "too large");
  CheckInvalid(Replaced(text, "\"edges\":[1,0,7", "\"edges\":[1,0,6"), "an edge leads to no node");
  CheckInvalid(Replaced(text, "\"edges\":[1,0,7", "\"edges\":[1,0,70"), "an edge leads to no node");
  CheckInvalid(Replaced(text, "\"edges\":[1,0,7", "\"edges\":[2,99,7"), "no string of its own");
  CheckInvalid(Replaced(text, "\"edges\":[1,0,7", "\"edges\":[7,0,7"), "an edge is of no type");
  CheckInvalid(Replaced(text, "\"self_size\"", "\"self_sighs\""), "self_size");
  CheckInvalid(Replaced(text, "\"Session\"", "\"Sess\\qion\""), "escape");
  CheckInvalid(Replaced(text, "\"strings\"", "\"strinks\""), "no strings");
  CheckInvalid(Replaced(text, "\"locations\":[]", "\"locations\":[0,1"), "no whole number");
}

TEST("a place below zero is a place that is not known") {
  const std::string text = Replaced(Some().Text(), "\"locations\":[]", "\"locations\":[7,4,-1,-1\n,14,4,11,2]");
  for (const std::size_t chunk : {std::size_t{0}, std::size_t{1}}) {
    const Read read = ReadText(text, chunk);
    CHECK_EQUAL(read.problem.what, "");
    CHECK(read.graph->location(1) == nullptr);
    CHECK(read.graph->location(2) != nullptr);
    CHECK_EQUAL(read.graph->location(2)->line, 11u);
  }
  CheckInvalid(Replaced(text, "-1,-1", "-1-1,-1"), "no whole number");
  CheckInvalid(Replaced(text, "-1,-1", "-,-1"), "a number is missing");
}

TEST("escapes become UTF-8, halves of pairs that stand alone the replacement character") {
  const std::string text =
      Replaced(Some().Text(), "\"Session\"", R"("\u00e9\n\ud83d\ude00\ud83d-\ude00\ud83d\ud83d\ude00\/\b\u0041\ud83d")");
  for (const std::size_t chunk : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
    const Read read = ReadText(text, chunk);
    CHECK_EQUAL(read.problem.what, "");
    CHECK_EQUAL(read.graph->node_name(1), "é\n😀\uFFFD-\uFFFD\uFFFD😀/\bA\uFFFD");
  }
}

TEST("allocation stacks are read from a tree of calls") {
  Written heap = Some();
  heap.nodes[1].trace = 3;
  heap.trace_functions = "0,0,0,0,0,0,7,1,1,4,12,3";
  heap.trace_tree = "1,0,0,0,[2,1,1,48,[],\n3,1,2,96,[4,1,0,0,[]]]";
  const std::string text = heap.Text();
  const Read read = ReadText(text, 5);
  CHECK_EQUAL(read.problem.what, "");
  const auto& traces = read.graph->traces();
  CHECK_EQUAL(read.graph->trace(1), 3u);
  CHECK_EQUAL(traces.nodes[3].parent, 1u);
  CHECK_EQUAL(traces.nodes[4].parent, 3u);
  CHECK_EQUAL(traces.functions[traces.nodes[3].function].line, 12u);
  CHECK_EQUAL(traces.functions[traces.nodes[3].function].script_id, 4);
  CheckInvalid(Replaced(text, "[2,1,1,48,[]", "[2,1,1,48,1,[]"), "tree of calls");
  CheckInvalid(Replaced(text, "3,1,2,96", "3,9,2,96"), "a call is of no function");
  CheckInvalid(Replaced(text, "3,1,2,96,[4,1,0,0,[]]", "2,1,2,96,[]"), "allocation stack is not in it");
}

}  // namespace
}  // namespace test
