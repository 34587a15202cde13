#include "graph/analysis.h"

#include <algorithm>
#include <unordered_map>

namespace memspec::graph {

namespace {

// V8 writes no more of a string: longer ones that begin alike would look alike.
constexpr std::size_t kLongestWritten = 1000;

// Nodes below each in the tree of dominators.
class Children {
 public:
  bool Find(const Heap& heap) {
    const Dominators& tree = heap.dominators();
    if (!first_.Allocate(heap.graph().nodes()) || !next_.Allocate(heap.graph().nodes())) return false;
    // kRoot is nobody's child, so that it can stand for none.
    for (const Node node : tree.order) {
      const Node above = tree.dominator[node];
      if (above == kNoIndex) continue;
      next_[node] = first_[above];
      first_[above] = node;
    }
    return true;
  }
  Node first(Node node) const { return first_[node]; }
  Node next(Node node) const { return next_[node]; }

 private:
  Column<Node> first_;
  Column<Node> next_;
};

// Depth first: a node adds to its type's retained bytes unless it lives through another of its type.
bool AddRetained(const Heap& heap, const Column<std::uint32_t>& type_of, std::vector<TypeFigures>* types) {
  Children children;
  Column<Node> stack;
  if (!children.Find(heap)) return false;
  std::vector<std::uint32_t> open(types->size());
  const auto enter = [&](Node node) {
    TypeFigures& figures = (*types)[type_of[node]];
    if (open[type_of[node]]++ == 0) figures.retained += heap.dominators().retained[node];
    return stack.Push(node);
  };
  if (!enter(kRoot)) return false;
  Node next = children.first(kRoot);
  while (!stack.empty()) {
    if (next != kRoot) {
      if (!enter(next)) return false;
      next = children.first(next);
      continue;
    }
    const Node left = stack.back();
    stack.Pop();
    --open[type_of[left]];
    next = children.next(left);
  }
  return true;
}

bool IsThing(Kind kind) {
  switch (kind) {
    case Kind::kObject:
    case Kind::kArray:
    case Kind::kClosure:
    case Kind::kString:
    case Kind::kBuffer:
    case Kind::kRegExp:
    case Kind::kBigInt:
      return true;
    default:
      return false;
  }
}

std::vector<BigObject> FindBiggest(const Heap& heap, const Paths& paths, const Steps& steps, std::size_t limit) {
  std::vector<Node> nodes;
  const auto smaller = [&](Node a, Node b) {
    const std::uint64_t one = heap.dominators().retained[a];
    const std::uint64_t other = heap.dominators().retained[b];
    return one != other ? one > other : a < b;
  };
  // A heap of the biggest so far, the smallest of them on top.
  for (const Node node : heap.dominators().order) {
    const bool full = nodes.size() == limit;
    if (limit == 0 || (full && heap.dominators().retained[node] <= heap.dominators().retained[nodes.front()])) continue;
    if (!IsThing(heap.describer().KindOf(node)) || !paths.Reached(node) || paths.IsStart(node)) continue;
    if (full) {
      std::pop_heap(nodes.begin(), nodes.end(), smaller);
      nodes.pop_back();
    }
    nodes.push_back(node);
    std::push_heap(nodes.begin(), nodes.end(), smaller);
  }
  std::sort_heap(nodes.begin(), nodes.end(), smaller);
  std::vector<BigObject> biggest;
  for (const Node node : nodes) biggest.push_back({node, steps.PathTo(node)});
  return biggest;
}

bool FindDuplicates(const Heap& heap, std::size_t limit, std::vector<DuplicateString>* out) {
  const Graph& graph = heap.graph();
  Column<std::uint32_t> count;
  Column<std::uint64_t> bytes;
  if (!count.Allocate(graph.texts()) || !bytes.Allocate(graph.texts())) return false;
  for (const Node node : heap.dominators().order) {
    if (graph.type(node) != NodeType::kString) continue;
    ++count[graph.name(node)];
    bytes[graph.name(node)] += graph.self_size(node);
  }
  for (Text text = 0; text < graph.texts(); ++text) {
    if (count[text] > 1 && graph.text(text).size() < kLongestWritten) out->push_back({text, count[text], bytes[text]});
  }
  std::sort(out->begin(), out->end(), [](const DuplicateString& a, const DuplicateString& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.text < b.text;
  });
  if (out->size() > limit) out->resize(limit);
  return true;
}

// So V8 calls one, and perhaps other things.
bool MayBeMemory(const Graph& graph, Node node) {
  return graph.type(node) == NodeType::kObject && graph.text(graph.name(node)) == "Memory";
}

}  // namespace

bool FindTypes(const Heap& heap, std::vector<TypeFigures>* out) {
  const Graph& graph = heap.graph();
  Column<std::uint32_t> type_of;
  if (!type_of.Allocate(graph.nodes())) return false;
  std::unordered_map<TypeKey, std::uint32_t> indexes;
  for (const Node node : heap.dominators().order) {
    const TypeKey key = heap.describer().KeyOf(node);
    const auto [found, fresh] = indexes.try_emplace(key, static_cast<std::uint32_t>(out->size()));
    if (fresh) out->push_back({key, node, 0, 0, 0});
    type_of[node] = found->second;
    TypeFigures& figures = (*out)[found->second];
    ++figures.count;
    figures.shallow += graph.self_size(node);
    if (heap.dominators().retained[node] > heap.dominators().retained[figures.example]) figures.example = node;
  }
  if (!AddRetained(heap, type_of, out)) return false;
  std::sort(out->begin(), out->end(), [](const TypeFigures& a, const TypeFigures& b) {
    return a.retained != b.retained ? a.retained > b.retained : a.example < b.example;
  });
  return true;
}

bool FindBiggestBuffer(const Heap& heap, const PathOptions& options, const MemoryBytes& memory_bytes, BigBuffer* out) {
  Paths paths(heap.graph(), heap.known(), heap.retention(), heap.scopes());
  if (!paths.Find(options)) return false;
  for (const Node node : heap.dominators().order) {
    if (MayBeMemory(heap.graph(), node) && paths.Reached(node)) {
      const std::uint64_t bytes = memory_bytes(heap.graph().id(node));
      if (bytes > out->bytes) *out = {node, bytes, std::nullopt};
    }
    if (heap.describer().KindOf(node) != Kind::kBuffer || heap.graph().self_size(node) <= out->bytes) continue;
    const Node owner = heap.dominators().dominator[node];
    if (owner == kNoIndex || heap.describer().KindOf(owner) != Kind::kObject || !paths.Reached(owner)) continue;
    *out = {owner, heap.graph().self_size(node), std::nullopt};
  }
  if (out->owner == kNoIndex) return true;
  const Steps steps(heap.graph(), heap.known(), heap.scopes(), heap.describer(), paths);
  out->path = steps.PathTo(out->owner);
  return true;
}

bool Analyse(const Heap& heap, const PathOptions& options, std::size_t limit, Analysis* out) {
  Paths paths(heap.graph(), heap.known(), heap.retention(), heap.scopes());
  if (!FindTypes(heap, &out->types)) return false;
  std::erase_if(out->types, [&](const TypeFigures& one) { return heap.describer().KindOf(one.example) == Kind::kRoots; });
  if (out->types.size() > limit) out->types.resize(limit);
  if (!paths.Find(options)) return false;
  const Steps steps(heap.graph(), heap.known(), heap.scopes(), heap.describer(), paths);
  out->biggest = FindBiggest(heap, paths, steps, limit);
  return FindDuplicates(heap, limit, &out->duplicates);
}

}  // namespace memspec::graph
