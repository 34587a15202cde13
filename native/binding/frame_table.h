// Frames, each once, by their numbers: most frames of many stacks are the runner's, the same in all.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "stacks/stacks.h"

namespace memspec::binding {

// The frames themselves are the caller's, and must outlive the table.
class FrameTable {
 public:
  std::uint32_t Add(const stacks::Frame& frame);
  const std::vector<const stacks::Frame*>& frames() const { return frames_; }

 private:
  struct Hash {
    std::size_t operator()(const stacks::Frame* frame) const;
  };
  struct Equal {
    bool operator()(const stacks::Frame* a, const stacks::Frame* b) const;
  };
  std::unordered_map<const stacks::Frame*, std::uint32_t, Hash, Equal> index_of_;
  std::vector<const stacks::Frame*> frames_;
};

}  // namespace memspec::binding
