// Observation of a whole test file: spans that follow each other without a gap, each with its figures and its sites, for
// the price of one open measurement. Nothing is collected for it. Isolate's own thread only, one at a time in an isolate.
//
//   begin ──modules── mark(hooks) ──hooks── mark(body) ──body 0── mark(hooks) ──hooks── mark(body) ──body 1── … ──► finish
//
// A mark costs a few microseconds and leaves nothing on the observed heap. What it notes lies in memory that no figure has.
// Capacity: kMaxBodies bodies; later ones are the file's alone and counted.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "capture/isolate_state.h"
#include "capture/span_figures.h"
#include "capture/state_file.h"
#include "capture/timeline.h"
#include "capture/watch.h"
#include "heap/meter.h"
#include "ledger/ledger.h"

namespace memspec::capture {

enum class SpanKind : std::uint8_t { kModules = 0, kHooks = 1, kBody = 2, kShared = 3 };

struct ObserverOptions {
  std::uint64_t sample_interval = 0;  // bytes; 0: no stacks
  std::string state_file;             // "": none
  HardCap cap;                        // only with a state file
};

// What one site did in one span.
struct SpanSite {
  std::int32_t span;  // index of a body, or one of the following
  static constexpr std::int32_t kModules = -1, kHooks = -2, kShared = -3;
  Space space;
  std::uint32_t stack;  // index into Observation::stacks
  double bytes, count;
  double peak_bytes;  // alive at the span's peak; negative: unknown
};

struct Observation {
  bool off_heap;  // false: only the heap was observed
  SpanFigures file, modules, hooks;
  bool modules_known, hooks_known;
  std::vector<SpanFigures> bodies;
  TimelinePoint baseline, end;
  std::vector<TimelinePoint> timeline;
  std::vector<std::vector<stacks::Frame>> stacks;
  std::vector<SpanSite> sites;
  std::uint64_t bodies_dropped, samples_dropped, heap_samples_dropped;
  heap::Sampler::State sampler;
  double began_wall_ms;
};

class Observer final : private SharedSampler::User {
 public:
  static constexpr std::size_t kMaxBodies = 1u << 20;

  Observer(const RecursionGuard&, IsolateState& isolate, const ObserverOptions& options);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  // The running span ends, one of this kind begins.
  void Mark(const RecursionGuard&, SpanKind next);
  // The running body is under a limit: what comes before its measurement begins (a collection) and after it ends (reading
  // it) is not the body's.
  void BodyIsMeasured() {
    body_is_measured_ = kind_ == SpanKind::kBody;
    measures_body_ = nullptr;
  }
  void MeasurementBegins(const RecursionGuard&, const Measurement*);
  void MeasurementEnded(const RecursionGuard&, const Measurement*);
  StateFile* state_file() { return state_.get(); }
  // Needs a HandleScope. The observer is of no more use after it.
  Observation Finish(const RecursionGuard&);

  // The isolate ends: give back what other threads could still reach, touch V8 no more.
  void Abandon(const RecursionGuard&);

  // The watch asks for what allocated most in the running span. At an interrupt, or at the end of a collection, where V8 lets
  // its callbacks allocate.
  void AnswerWatch(const RecursionGuard&);

 private:
  void TakeHeapSamples(const RecursionGuard&, bool complete) override;
  void HeapSamplesBeginAnew() override;
  // These, and what the watch reads, are in observer_watch.cc.
  void WriteLastSites(const RecursionGuard&);
  void WriteIfDue(const RecursionGuard&, const TimelinePoint& after_collection);
  void ForgetLastSites();
  static void OnCollection(const RecursionGuard&, void* self, std::int64_t used_bytes, bool ended, bool major);
  void CloseSpan(const RecursionGuard&);
  void TakeLedgerSites(const RecursionGuard&, const ledger::WindowFigures&);
  void NoteHeapSpan();
  TimelinePoint LevelsNow(const RecursionGuard&, std::int64_t heap) const;
  TimelinePoint LevelsFromOutside(const RecursionGuard&) const;
  void StartWatch(const RecursionGuard&);
  void NoteReading(const RecursionGuard&, double heap);
  double Rss() const;
  static double ReadRss(int statm);
  std::uint32_t StackOf(StackId stack);
  std::int32_t span() const;
  void End(const RecursionGuard&);

  struct HeapSpan {
    std::int32_t span;
    std::uint64_t begin, end;  // positions in the sampler's run
  };

  IsolateState& isolate_;
  const ObserverOptions options_;
  bool armed_ = false;
  bool ended_ = false;
  bool samples_heap_ = false;
  heap::Sampler::State sampler_ = heap::Sampler::State::kOff;
  WindowId window_ = WindowId::kInvalid;
  SpanKind kind_ = SpanKind::kModules;
  bool body_is_measured_ = false;
  const Measurement* measures_body_ = nullptr;
  heap::Totals span_begin_{};
  std::uint64_t span_began_ns_ = 0, began_ns_ = 0;
  double began_wall_ms_ = 0;
  SpanSum file_{true}, modules_{true}, hooks_{false};
  std::vector<SpanFigures> bodies_;
  std::uint64_t bodies_dropped_ = 0, samples_dropped_ = 0, heap_samples_dropped_ = 0;
  // Off-heap levels at the running span's start. Read by the watch, which may see a moment between two of them.
  std::atomic<double> buffers_{0}, native_{0}, engine_{0};
  // The last reading of the heap, and what V8 had committed then. Between two collections, which may be gigabytes apart, the
  // heap is known to the watch by what V8 commits.
  std::atomic<double> heap_read_{0}, engine_when_read_{0};
  TimelinePoint baseline_{};
  Timeline timeline_;
  int statm_ = -1;
  mutable double rss_ = 0;
  mutable std::uint64_t rss_read_ns_ = 0;
  std::uint64_t heap_position_ = 0;  // of the running span's start
  std::vector<HeapSpan> heap_spans_;
  std::vector<SpanSite> sites_;
  std::vector<StackId> stack_ids_;  // kNone: the frames are there already
  std::vector<std::vector<stacks::Frame>> stacks_;
  std::unordered_map<std::uint32_t, std::uint32_t> stack_index_;
  std::unique_ptr<StateFile> state_;
  bool last_sites_written_ = false;
  std::unique_ptr<Watch> watch_;
};

}  // namespace memspec::capture
