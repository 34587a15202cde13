// New survivors, in groups: objects of one type that are kept alive in the same way. What lives only through another new object
// belongs to that one. One thread.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "graph/heap.h"
#include "graph/paths.h"
#include "graph/steps.h"

namespace memspec::graph {

struct GroupQuery {
  std::vector<ObjectId> boundaries;  // ascending, at least one; see core/src/capture/graph-binding.ts
  PathOptions paths;
  std::size_t limit = 50;
  std::size_t members = 50;
};

struct Births {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

struct Held {
  Node example = kNoIndex;
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  int rank = 0;  // 0: the program's own classes and functions; 2: V8's own things
};

struct TraceFigures {
  std::uint32_t trace = 0;
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

struct Group {
  Node representative = kNoIndex;
  std::uint64_t count = 0;
  std::uint64_t shallow = 0;
  std::uint64_t retained = 0;
  std::vector<Births> births;    // of the members, with all that belongs to them
  std::vector<Births> contents;  // all that belongs to the group, members included, each by its own birth, without V8's code and shapes
  std::vector<ObjectId> ids;
  std::optional<Path> path;
  std::vector<Held> holds;           // by rank, then most bytes first
  std::vector<TraceFigures> traces;  // of the members of the last interval; most bytes first
};

struct GrownStore {
  Node owner = kNoIndex;
  const char* store = "";
  std::uint64_t bytes = 0;
  std::uint32_t interval = 0;
  std::optional<Path> path;
};

struct Groups {
  std::vector<Group> groups;  // most retained first
  std::vector<GrownStore> grown;
  std::uint64_t omitted_groups = 0;
  std::uint64_t omitted_count = 0;
  std::uint64_t omitted_bytes = 0;
  std::vector<Births> births;  // of all that is new, without V8's code and shapes
  std::vector<Births> temporary;  // of objects that may have memory off the heap, and are held for a time only
};

// False: there was no memory for it.
bool FindGroups(const Heap& heap, const GroupQuery& query, Groups* out);

// "elements", "properties", "table" or "entries"; nullptr: `store` is none of `owner`'s.
const char* StoreName(const Heap& heap, Node owner, Node store);

// Of all stores of an object; empty: there is no such object.
std::optional<std::uint64_t> StoreBytes(const Heap& heap, ObjectId owner);

}  // namespace memspec::graph
