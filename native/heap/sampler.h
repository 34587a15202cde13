// Stacks of heap allocations: V8's sampling heap profiler, with our own stack of each sample (by line) where its
// maker can be recognised, and V8's per-function frames elsewhere. Isolate's own thread only. One sampler per isolate.
#pragma once
#include <cstdint>
#include <vector>

#include <v8-profiler.h>

#include "base/ids.h"
#include "stacks/stacks.h"

namespace memspec::heap {

struct HeapSite {
  std::vector<stacks::Frame> frames;  // innermost first
  double bytes, count;                // estimates, unless the interval is 1
};

class Sampler {
 public:
  enum class State : std::uint8_t { kOff, kRunning, kTakenBySomeoneElse };
  Sampler(v8::Isolate* isolate, stacks::CodeMap& code);
  ~Sampler();
  // interval_bytes >= 1; 1 records every allocation. keep_collected: totals of everything allocated; else survivors only.
  State Start(const RecursionGuard&, std::uint64_t interval_bytes, bool keep_collected);
  // From the hook (hooks::Sink::heap_sampled): the JavaScript stack stands at the sampled allocation.
  void OnSample(const RecursionGuard&, const hooks::CallSite&);
  // A position in the stream of samples, for windows that share one run of the sampler.
  std::uint64_t Position() const;
  // Sites of the samples in [begin, end); needs a HandleScope; allocates JavaScript strings inside V8.
  std::vector<HeapSite> Sites(const RecursionGuard&, std::uint64_t begin, std::uint64_t end);
  void Stop(const RecursionGuard&);
  bool by_line() const;
};

}  // namespace memspec::heap
