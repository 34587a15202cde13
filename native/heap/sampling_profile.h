// V8's sampling heap profile as we use it: its samples in the order in which they were taken, and each one's way to the root.
// Isolate's own thread, with a HandleScope that outlives it.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <v8-profiler.h>

#include "stacks/stacks.h"

namespace memspec::heap {

class SamplingProfile {
 public:
  using Sample = v8::AllocationProfile::Sample;

  SamplingProfile(v8::Isolate* isolate, v8::AllocationProfile& profile);

  const std::vector<Sample>& samples() const { return samples_; }
  // True when the innermost function of our own stack is the one that V8 says allocated the sample. V8 names the function
  // that owns the machine frame, as stacks::InnermostFunction does.
  bool Agrees(const Sample& sample, stacks::FunctionStart ours) const;
  // Per function, innermost first.
  std::vector<stacks::Frame> Frames(std::uint32_t node_id) const;

 private:
  struct Place {
    const v8::AllocationProfile::Node* node;
    std::uint32_t parent;         // 0: none; V8 counts nodes from 1
    stacks::FunctionStart start;  // of the innermost function that has a script
  };

  v8::Isolate* const isolate_;
  std::unordered_map<std::uint32_t, Place> nodes_;
  std::vector<Sample> samples_;
};

}  // namespace memspec::heap
