#include "capture/measurement.h"

#include <malloc.h>

#include <cmath>
#include <mutex>

#include "base/clock.h"
#include "capture/observer.h"
#include "heap/collect.h"
#include "hooks/hooks.h"

namespace memspec::capture {

namespace {

// The isolate whose heap stands for the process in measurements of every thread; one at a time.
struct ProcessMeasurer {
  std::mutex mutex;
  const IsolateState* isolate = nullptr;
  int measurements = 0;
};
ProcessMeasurer& TheProcessMeasurer() {
  static ProcessMeasurer* const measurer = new ProcessMeasurer;
  return *measurer;
}

bool BecomeProcessMeasurer(const IsolateState& isolate) {
  ProcessMeasurer& measurer = TheProcessMeasurer();
  const std::lock_guard lock(measurer.mutex);
  if (measurer.measurements > 0 && measurer.isolate != &isolate) return false;
  measurer.isolate = &isolate;
  ++measurer.measurements;
  return true;
}

void LeaveProcessMeasurer() {
  ProcessMeasurer& measurer = TheProcessMeasurer();
  const std::lock_guard lock(measurer.mutex);
  --measurer.measurements;
}

// Free bytes inside glibc's arenas. Other C libraries do not say.
std::optional<double> FreeInArenas() {
#ifdef __GLIBC__
  return static_cast<double>(mallinfo2().fordblks);
#else
  return std::nullopt;
#endif
}

}  // namespace

std::unique_ptr<Measurement> Measurement::Open(const RecursionGuard& guard, IsolateState& isolate,
                                               const Options& options, std::string* why_not) {
  std::unique_ptr<Measurement> measurement(new Measurement(isolate, options));
  // Without hooks the heap is measured all the same; capabilities() tells that off-heap memory is not.
  const char* missing = nullptr;
  measurement->armed_ = isolate.Arm(guard, &missing);
  if (options.whole_process) {
    if (!BecomeProcessMeasurer(isolate)) {
      *why_not = "another thread's JavaScript is measuring the whole process";
      return nullptr;
    }
    measurement->measures_process_ = true;
    isolate.meter().FeedProcessScope(+1);
  }
  if (options.retained) {
    isolate.object_ids().Use(guard);
    measurement->holds_object_ids_ = true;
  }
  return measurement;
}

Measurement::~Measurement() {
  RecursionGuard guard;
  if (state_ == State::kAbandoned) return;
  End(guard);
  if (window_ != WindowId::kInvalid) ledger::Forget(guard, scope(), window_);
  isolate_.shared_sampler().Leave(guard, this);
  if (holds_object_ids_) isolate_.object_ids().Release(guard);
  if (measures_process_) {
    isolate_.meter().FeedProcessScope(-1);
    LeaveProcessMeasurer();
  }
  if (armed_) isolate_.Disarm(guard);
}

bool Measurement::Begin(const RecursionGuard& guard) {
  if (state_ != State::kOpened) return false;
  // Here, not when it was opened: JavaScript that runs in between may have itself compiled in the background again.
  if (options_.settle) {
    heap::Collect(guard, isolate_.isolate(), isolate_.marking());
    came_to_rest_ = isolate_.LetBackgroundWorkEnd(guard);
  }
  if (options_.sample_interval > 0) {
    // What survives is told by samples that die with their objects; totals keep them.
    sampler_state_ =
        isolate_.shared_sampler().Join(guard, this, options_.sample_interval, !options_.retained);
  }
  samples_begin_ = isolate_.sampler().Position();
  if (options_.retained) born_after_ = isolate_.object_ids().Now(guard);
  isolate_.BeginSampling(guard, options_.sample_interval);
  if (isolate_.observer() != nullptr) isolate_.observer()->MeasurementBegins(guard, this);
  heap::Meter& meter = isolate_.meter();
  meter.TurnOn(guard);
  meter.Watch(live_peak_);
  began_ns_ = NowNs();
  heap_begin_ = meter.Read(guard);
  window_ = ledger::Open(guard, scope(), heap_begin_.used_bytes);
  state_ = State::kCounting;
  if (window_ != WindowId::kInvalid) return true;
  End(guard);
  return false;
}

void Measurement::End(const RecursionGuard& guard) {
  if (state_ != State::kCounting) return;
  heap::Meter& meter = isolate_.meter();
  heap_end_ = meter.Read(guard);
  ended_ns_ = NowNs();
  if (window_ != WindowId::kInvalid) figures_ = ledger::Close(guard, scope(), window_, heap_end_.used_bytes);
  state_ = State::kEnded;
  samples_end_ = isolate_.sampler().Position();
  meter.ReleaseOwn(guard, own_bytes_);
  meter.Unwatch(live_peak_);
  meter.TurnOff(guard);
  isolate_.EndSampling(guard, options_.sample_interval);
  if (isolate_.observer() != nullptr) isolate_.observer()->MeasurementEnded(guard, this);
  if (options_.retained) born_until_ = isolate_.object_ids().Now(guard);
}

void Measurement::Abandon(const RecursionGuard& guard) {
  if (state_ == State::kCounting && window_ != WindowId::kInvalid) {
    isolate_.meter().Unwatch(live_peak_);
    ledger::Close(guard, scope(), window_, heap_begin_.used_bytes);
    isolate_.EndSampling(guard, options_.sample_interval);
  }
  if (window_ != WindowId::kInvalid) ledger::Forget(guard, scope(), window_);
  isolate_.shared_sampler().Drop(guard, this);
  if (measures_process_) LeaveProcessMeasurer();
  state_ = State::kAbandoned;
}

Report Measurement::Read(const RecursionGuard& guard) {
  Report report{};
  report.duration_ns = static_cast<double>(ended_ns_ - began_ns_);
  for (int i = 0; i < kSpaceCount; ++i) {
    const ledger::SpaceFigures& space = figures_.space[i];
    report.spaces[i] = {static_cast<double>(space.allocated_bytes), static_cast<double>(space.allocation_count),
                        static_cast<double>(space.peak_bytes), static_cast<double>(space.level_bytes)};
  }
  SpaceReport& heap = report.spaces[kHeap];
  heap.allocated_bytes = static_cast<double>(heap_end_.allocated_bytes - heap_begin_.allocated_bytes);
  heap.allocation_count = std::nullopt;
  heap.net_bytes = static_cast<double>(heap_end_.used_bytes - heap_begin_.used_bytes);
  if (live_peak_.highest_bytes >= 0) {
    report.heap_peak_live_bytes = static_cast<double>(live_peak_.highest_bytes - heap_begin_.used_bytes);
  }
  report.peak_error_bytes = static_cast<double>(figures_.total_peak_error);
  report.came_to_rest = came_to_rest_;
  report.collections = heap_end_.collections - heap_begin_.collections;
  report.major_collections = heap_end_.major_collections - heap_begin_.major_collections;
  report.collection_ns = heap_end_.collection_ns - heap_begin_.collection_ns;
  report.sampler = sampler_state_;
  report.heap_by_line = isolate_.sampler().by_line();
  report.heap_sample_interval = sampler_state_ == heap::Sampler::State::kRunning ? isolate_.shared_sampler().interval() : 0;
  AddHeapSites(guard, report);
  AddLedgerSites(guard, report);
  for (int i = 0; i < kEngine; ++i) {
    report.total.allocated_bytes += report.spaces[i].allocated_bytes;
    report.total.net_bytes += report.spaces[i].net_bytes;
  }
  report.total.peak_bytes = static_cast<double>(figures_.total_peak_bytes);
  if (heap.allocation_count) {
    report.total.allocation_count = *heap.allocation_count + *report.spaces[static_cast<int>(Space::kBuffers)].allocation_count +
                                    *report.spaces[static_cast<int>(Space::kNative)].allocation_count;
  }
  v8::HeapStatistics statistics;
  isolate_.isolate()->GetHeapStatistics(&statistics);
  report.heap_fragmentation_bytes =
      static_cast<double>(statistics.total_physical_size()) - static_cast<double>(statistics.used_heap_size());
  report.native_fragmentation_bytes = FreeInArenas();
  const stacks::TableState stacks = stacks::State();
  report.samples_dropped += figures_.samples_dropped;
  report.blocks_dropped = figures_.blocks_dropped;
  report.stacks_dropped = stacks.dropped;
  report.unknown_frees = figures_.unknown_frees + figures_.unseen_frees;
  report.own_bytes = ledger::OwnBytes() + stacks.own_bytes;
  return report;
}

void Measurement::TakeHeapSamples(const RecursionGuard& guard, bool complete) {
  const std::uint64_t end = state_ == State::kCounting ? isolate_.sampler().Position() : samples_end_;
  heap_sites_complete_ = heap_sites_complete_ && complete;
  isolate_.meter().BeginOwn(guard);
  {
    const OwnWork own(guard);
    const v8::HandleScope handles(isolate_.isolate());
    for (heap::HeapSite& site : isolate_.sampler().Sites(guard, samples_begin_, end, options_.retained)) {
      earlier_sites_.push_back(std::move(site));
    }
  }
  isolate_.meter().ReleaseOwn(guard, isolate_.meter().EndOwn(guard));
}

void Measurement::HeapSamplesBeginAnew() { samples_begin_ = samples_end_ = 0; }

void Measurement::AddHeapSites(const RecursionGuard& guard, Report& report) {
  if (sampler_state_ != heap::Sampler::State::kRunning) return;
  std::vector<heap::HeapSite> sites = earlier_sites_;
  for (heap::HeapSite& site : isolate_.sampler().Sites(guard, samples_begin_, samples_end_, options_.retained)) {
    sites.push_back(std::move(site));
  }
  double count = 0;
  for (heap::HeapSite& site : sites) {
    count += site.count;
    SiteReport added;
    added.space = Space::kHeap;
    added.frames = std::move(site.frames);
    added.bytes = site.bytes;
    added.count = site.count;
    if (options_.retained) added.retained_bytes = site.bytes;
    report.sites.push_back(std::move(added));
  }
  // Every allocation was seen, and none has been taken away again since: only then the samples are a count.
  if (report.heap_sample_interval == 1 && !options_.retained && heap_sites_complete_) {
    report.spaces[kHeap].allocation_count = std::round(count);
  }
}

void Measurement::AddLedgerSites(const RecursionGuard& guard, Report& report) {
  if (options_.sample_interval == 0 || window_ == WindowId::kInvalid) return;
  std::vector<ledger::Site> sites(256);
  for (std::size_t count = 0;;) {
    count = ledger::Sites(guard, scope(), window_, sites.data(), sites.size());
    if (count == ledger::kNoMemory) {
      report.samples_dropped += figures_.samples_end - figures_.samples_begin;
      return;
    }
    const bool complete = count <= sites.size();
    sites.resize(count);
    if (complete) break;
  }
  for (const ledger::Site& site : sites) {
    stacks::Resolved stack = stacks::Resolve(guard, isolate_.isolate(), isolate_.code(), site.stack);
    SiteReport added;
    added.space = site.space;
    added.frames = std::move(stack.frames);
    added.frames_truncated = stack.truncated;
    added.bytes = site.bytes;
    added.count = site.count;
    added.peak_bytes = site.bytes_at_peak;
    if (retained_read_) added.retained_bytes = site.bytes_alive;
    report.sites.push_back(std::move(added));
  }
}

Retained Measurement::ReadRetained(const RecursionGuard& guard) {
  retained_read_ = true;
  heap::CollectLastResort(guard, isolate_.isolate());
  // Array buffers are freed by a background thread, after the collection that found them dead.
  isolate_.LetBackgroundWorkEnd(guard);
  Retained retained{};
  if (window_ == WindowId::kInvalid) return retained;
  const std::optional<std::uint64_t> heap = isolate_.object_ids().BytesAlive(guard, born_after_, born_until_);
  const ledger::Survivors survivors = ledger::CountSurvivors(guard, scope(), window_);
  for (int i = 0; i < kSpaceCount; ++i) retained.bytes[i] = static_cast<double>(survivors.bytes[i]);
  retained.heap_known = heap.has_value();
  retained.bytes[kHeap] = static_cast<double>(heap.value_or(0));
  return retained;
}

std::vector<heap::ObjectIds::Instances> Measurement::Instances(const RecursionGuard& guard,
                                                  const std::vector<std::string>& constructors) {
  return isolate_.object_ids().InstancesAlive(guard, born_after_, born_until_, constructors);
}

}  // namespace memspec::capture
