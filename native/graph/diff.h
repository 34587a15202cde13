// What one heap has more than another. One thread.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "graph/groups.h"
#include "graph/heap.h"

namespace memspec::graph {

struct Growth {
  Node example = kNoIndex;  // in the later heap
  std::uint64_t count_before = 0;
  std::uint64_t count_after = 0;
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
  std::uint64_t retained_before = 0;
  std::uint64_t retained_after = 0;
  std::optional<Path> path;
};

struct Diff {
  bool same_process = false;
  std::vector<Growth> grown;  // most additional bytes first
  Groups groups;              // empty unless same_process
};

// False: there was no memory for it.
bool Compare(const Heap& before, const Heap& after, const PathOptions& options, std::size_t limit, Diff* out);

}  // namespace memspec::graph
