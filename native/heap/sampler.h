// Stacks of heap allocations: V8's sampling heap profiler, with our own stack of each sample (by line) where its
// maker can be recognised, and V8's per-function frames elsewhere. Isolate's own thread only. One sampler per isolate:
// while ours runs, another's start (an inspector's) fails; if another stops ours, sites() has nothing.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include <v8-profiler.h>

#include "base/ids.h"
#include "heap/sample_log.h"
#include "heap/sample_sizes.h"
#include "stacks/stacks.h"

namespace memspec::heap {

class SamplingProfile;

struct HeapSite {
  std::vector<stacks::Frame> frames;  // innermost first
  bool truncated;                     // the stack was deeper
  double bytes, count;                // estimates, unless the interval is 1
};

// A sample among those of one run: where it stands in it, and which site it belongs to.
struct PlacedSample {
  std::uint64_t position;
  bool by_line;  // false: the position is V8's own count, not one of Sampler::Position()
  std::size_t site;
  double bytes, count;
};

struct PlacedSamples {
  std::vector<HeapSite> sites;  // without figures
  std::vector<PlacedSample> samples;
};

class Sampler {
 public:
  enum class State : std::uint8_t { kOff, kRunning, kTakenBySomeoneElse };
  Sampler(v8::Isolate* isolate, stacks::CodeMap& code);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // interval_bytes >= 1; 1 records every allocation. keep_collected: totals of everything allocated; else survivors only.
  State Start(const RecursionGuard&, std::uint64_t interval_bytes, bool keep_collected);
  // From the hook (hooks::Sink::heap_sampled): the JavaScript stack stands at the sampled allocation. The stack, if it was taken here.
  StackId OnSample(const RecursionGuard&, const hooks::CallSite&);
  // A position in the stream of samples, for windows that share one run of the sampler. Counts samples that have a stack of
  // our own: without the hook (by_line() is false) it stays 0, and a run is one window.
  std::uint64_t Position() const;
  // Sites of the samples in [begin, end); needs a HandleScope; allocates JavaScript strings inside V8.
  // Linear in the samples of the whole run, for V8 hands out all of them or none: stop and start when no window is open.
  // survivors: of what V8 has not collected alone; else of everything that the run can tell.
  std::vector<HeapSite> Sites(const RecursionGuard&, std::uint64_t begin, std::uint64_t end, bool survivors);
  // Of everything, sample by sample, of the whole run.
  PlacedSamples Samples(const RecursionGuard&);
  void Stop(const RecursionGuard&);
  // From now on sizes are given at birth: totals are known of a run of survivors, if that is so from its start.
  void SizesAreGiven() { sized_ = Position() == 0; }
  void SetSize(std::uint64_t position, std::uint64_t bytes) { sizes_.Set(position, bytes); }
  // The run tells of collected objects, too.
  bool tells_totals() const { return keeps_collected_ || sized_; }
  // Where the sample that OnSample was told of last stands in its run.
  std::uint64_t last_position() const { return last_position_; }
  // Samples come with stacks of our own. False until the first sample of a run.
  bool by_line() const { return Position() > 0; }
  // Of the last Sites(): samples whose stack was ours, and whose stack was V8's.
  struct Matched {
    std::uint64_t by_line, by_function;
  };
  Matched matched() const { return matched_; }

 private:
  PlacedSamples SamplesIn(const RecursionGuard&, std::uint64_t begin, std::uint64_t end, bool survivors);
  PlacedSamples SizedSamples(const RecursionGuard&, std::uint64_t begin, std::uint64_t end);
  // For each sample of V8's the number of our stack, or kNoStack.
  static std::vector<std::uint64_t> Match(const SamplingProfile& profile, const SampleLog& log);
  HeapSite LineSite(const RecursionGuard&, StackId stack);
  static HeapSite FunctionSite(const SamplingProfile& profile, std::uint32_t node_id);

  v8::Isolate* const isolate_;
  stacks::CodeMap& code_;
  // The making of a sample calls operator new from a few places: for the sample always, for new nodes and sizes now and
  // then. The place that was seen most often is the sample's own; each keeps a log until that is certain.
  struct Place {
    const void* caller = nullptr;
    SampleLog log;
  };
  static constexpr int kMaxPlaces = 4;
  const Place& EverySample() const;

  std::array<Place, kMaxPlaces> places_;
  SampleSizes sizes_;
  bool keeps_collected_ = false;
  bool sized_ = false;
  std::uint64_t last_position_ = 0;
  State state_ = State::kOff;
  std::uint64_t interval_ = 0;
  Matched matched_{0, 0};
};

}  // namespace memspec::heap
