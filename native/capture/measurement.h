// One measurement, from open to close. Isolate's own thread only.
//
//   open ──► opened ──begin──► counting ──end──► ended ──► read, retained, instances ──► (destroyed)
//     hooks installed            settled, sampler    window closed,
//                                and meter on        figures frozen
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/isolate_state.h"
#include "heap/meter.h"
#include "heap/survivors.h"
#include "ledger/ledger.h"

namespace memspec::capture {

struct Options {
  std::uint64_t sample_interval = 0;  // bytes; 1: every allocation; 0: no stacks
  bool whole_process = false;
  bool retained = false;
  bool settle = false;
};

struct SpaceReport {
  double allocated_bytes = 0;
  std::optional<double> allocation_count;
  double peak_bytes = 0;
  double net_bytes = 0;
};

struct SiteReport {
  Space space;
  std::vector<stacks::Frame> frames;  // innermost first
  bool frames_truncated = false;
  double bytes = 0;
  double count = 0;
  std::optional<double> peak_bytes;
  std::optional<double> retained_bytes;
};

struct Report {
  double duration_ns;
  SpaceReport spaces[kSpaceCount];
  SpaceReport total;
  double peak_error_bytes;
  bool came_to_rest;  // false: V8's worker threads were still at work after a clean start
  std::optional<double> heap_peak_live_bytes;
  std::uint64_t collections, major_collections, collection_ns;
  double heap_fragmentation_bytes;
  std::optional<double> native_fragmentation_bytes;
  std::vector<SiteReport> sites;
  heap::Sampler::State sampler;
  bool heap_by_line;
  std::uint64_t heap_sample_interval;  // in force: finer than was asked for where another measurement wants that; 0: none
  std::uint64_t samples_dropped, blocks_dropped, stacks_dropped, unknown_frees;
  std::uint64_t own_bytes;
};

struct Retained {
  double bytes[kSpaceCount];
  bool heap_known = true;
};

class Measurement final : private SharedSampler::User {
 public:
  // Null with a reason when it cannot be: another isolate measures the whole process.
  static std::unique_ptr<Measurement> Open(const RecursionGuard&, IsolateState&, const Options&, std::string* why_not);
  ~Measurement();
  Measurement(const Measurement&) = delete;
  Measurement& operator=(const Measurement&) = delete;

  bool Begin(const RecursionGuard&);  // false: no window could be opened
  void End(const RecursionGuard&);
  // memspec made objects on the heap that live until the end (the handlers on a promise): in no figure.
  void OwnUntilEnd(std::int64_t bytes) { own_bytes_ += bytes; }
  bool counting() const { return state_ == State::kCounting; }
  bool ended() const { return state_ == State::kEnded; }
  const Options& options() const { return options_; }

  Report Read(const RecursionGuard&);
  Retained ReadRetained(const RecursionGuard&);
  std::vector<heap::ObjectIds::Instances> Instances(const RecursionGuard&, const std::vector<std::string>& constructors);

  // The isolate ends: give back what other threads could still reach, touch V8 no more.
  void Abandon(const RecursionGuard&);

 private:
  enum class State : std::uint8_t { kOpened, kCounting, kEnded, kAbandoned };
  Measurement(IsolateState& isolate, const Options& options) : isolate_(isolate), options_(options) {}
  DomainId scope() const { return options_.whole_process ? ledger::kProcessScope : isolate_.domain(); }
  void TakeHeapSamples(const RecursionGuard&, bool complete) override;
  void HeapSamplesBeginAnew() override;
  void AddHeapSites(const RecursionGuard&, Report&);
  void AddLedgerSites(const RecursionGuard&, Report&);

  IsolateState& isolate_;
  const Options options_;
  State state_ = State::kOpened;
  bool armed_ = false;
  bool holds_object_ids_ = false;
  bool measures_process_ = false;
  WindowId window_ = WindowId::kInvalid;
  ledger::WindowFigures figures_{};
  heap::Totals heap_begin_{}, heap_end_{};
  heap::LivePeak live_peak_{};
  heap::ObjectIds::Mark born_after_{}, born_until_{};
  heap::Sampler::State sampler_state_ = heap::Sampler::State::kOff;
  std::uint64_t samples_begin_ = 0, samples_end_ = 0;
  std::vector<heap::HeapSite> earlier_sites_;  // of runs of the sampler that have ended
  bool heap_sites_complete_ = true;            // every run had the samples of collected objects
  std::uint64_t began_ns_ = 0, ended_ns_ = 0;
  std::int64_t own_bytes_ = 0;
  bool retained_read_ = false;
  bool came_to_rest_ = true;
};

}  // namespace memspec::capture
