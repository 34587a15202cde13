// The heaps that JavaScript holds by number. Numbers are not used again. One thread.
#pragma once
#include <cstdint>
#include <map>
#include <memory>

#include "graph/heap.h"

namespace memspec::graph {

class Heaps {
 public:
  std::uint32_t Add(std::unique_ptr<Heap> heap) {
    heaps_.emplace(next_, std::move(heap));
    return next_++;
  }
  // nullptr: none, or given back.
  const Heap* Find(std::uint32_t handle) const {
    const auto found = heaps_.find(handle);
    return found == heaps_.end() ? nullptr : found->second.get();
  }
  void Remove(std::uint32_t handle) { heaps_.erase(handle); }

 private:
  std::map<std::uint32_t, std::unique_ptr<Heap>> heaps_;
  std::uint32_t next_ = 1;
};

}  // namespace memspec::graph
