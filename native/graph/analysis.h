// A heap as a whole: what types it is made of, its biggest objects, its duplicate strings. One thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "graph/heap.h"
#include "graph/paths.h"
#include "graph/steps.h"

namespace memspec::graph {

struct TypeFigures {
  TypeKey key = 0;
  Node example = kNoIndex;  // the one that retains most
  std::uint64_t count = 0;
  std::uint64_t shallow = 0;
  std::uint64_t retained = 0;
};

struct BigObject {
  Node node = kNoIndex;
  std::optional<Path> path;
};

// The memory off the heap that is the largest of one buffer, and the object whose memory it is.
struct BigBuffer {
  Node owner = kNoIndex;  // kNoIndex: there is no buffer that is kept alive
  std::uint64_t bytes = 0;
  std::optional<Path> path;
};

struct DuplicateString {
  Text text = kNoIndex;
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

struct Analysis {
  std::vector<TypeFigures> types;  // most retained first
  std::vector<BigObject> biggest;
  std::vector<DuplicateString> duplicates;
};

// Of what is alive. False: there was no memory for it.
bool FindTypes(const Heap& heap, std::vector<TypeFigures>* out);
// V8 has no buffer of a WebAssembly.Memory that has grown until somebody asks for it: `memory_bytes` says what one has now,
// and 0 of anything else.
using MemoryBytes = std::function<std::uint64_t(ObjectId memory)>;
bool FindBiggestBuffer(const Heap& heap, const PathOptions& options, const MemoryBytes& memory_bytes, BigBuffer* out);
bool Analyse(const Heap& heap, const PathOptions& options, std::size_t limit, Analysis* out);

}  // namespace memspec::graph
