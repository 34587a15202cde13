#include "capture/observer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "base/clock.h"

namespace memspec::capture {

namespace {

// The log of samples is cut back when a span ends beyond this position.
constexpr std::uint64_t kLongLog = 1u << 16;
// Reading it takes ten times as long as the rest of a mark.
constexpr std::uint64_t kRssEveryNs = 5'000'000;
// A run of the sampler with more samples than this is not read twice, for the measurement and for the observation.
constexpr std::uint64_t kManySamples = 20'000;

// V8 calls collections ineffective when four fifths of the old generation's limit stay in use. Of the heap's limit, the young
// generation has its own part, which is what `--max-old-space-size=100` leaves of the limit: seen in Node 20 and 22, 24, and 26.
constexpr double kNearLimit = 0.8;
constexpr double kYoungBytes = (V8_MAJOR_VERSION < 13 ? 48 : V8_MAJOR_VERSION == 13 ? 192 : 96) << 20;

double WallMs() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

}  // namespace

Observer::Observer(const RecursionGuard& guard, IsolateState& isolate, const ObserverOptions& options)
    : isolate_(isolate), options_(options) {
  const char* missing = nullptr;
  armed_ = isolate.Arm(guard, &missing);
  if (!options.state_file.empty()) state_ = StateFile::Map(options.state_file);
  statm_ = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (options.sample_interval > 0) isolate.BeginSampling(guard, options.sample_interval);
  heap::Meter& meter = isolate.meter();
  meter.TurnOn(guard);
  meter.Listen(OnCollection, this);
  const ledger::Levels known = ledger::KnownLevels(guard, isolate.domain());
  buffers_ = static_cast<double>(known.bytes[kBuffers]);
  native_ = static_cast<double>(known.bytes[kNative]);
  if (options_.sample_interval > 0) sampler_ = isolate_.shared_sampler().Join(guard, this, options_.sample_interval, true);
  samples_heap_ = sampler_ == heap::Sampler::State::kRunning;
  HeapSamplesBeginAnew();
  began_wall_ms_ = WallMs();
  began_ns_ = span_began_ns_ = NowNs();
  span_begin_ = meter.Read(guard);
  window_ = ledger::Open(guard, isolate.domain(), span_begin_.used_bytes);
  baseline_ = LevelsNow(guard, span_begin_.used_bytes);
  timeline_.Add(baseline_);
  if (state_ == nullptr) return;
  state_->SetLevels(baseline_);
  StartWatch(guard);
}

Observer::~Observer() {
  const RecursionGuard guard;
  End(guard);
}

void Observer::HeapSamplesBeginAnew() {
  heap_spans_.clear();
  heap_position_ = isolate_.sampler().Position();
}

std::int32_t Observer::span() const {
  if (body_is_measured_ && measures_body_ == nullptr) return SpanSite::kHooks;
  switch (kind_) {
    case SpanKind::kModules: return SpanSite::kModules;
    case SpanKind::kHooks: return SpanSite::kHooks;
    case SpanKind::kShared: return SpanSite::kShared;
    case SpanKind::kBody: break;
  }
  return bodies_.size() < kMaxBodies ? static_cast<std::int32_t>(bodies_.size()) : SpanSite::kShared;
}

void Observer::Mark(const RecursionGuard& guard, SpanKind next) {
  if (ended_) return;
  CloseSpan(guard);
  ForgetLastSites();
  kind_ = next;
  body_is_measured_ = false;
  measures_body_ = nullptr;
}

void Observer::MeasurementBegins(const RecursionGuard& guard, const Measurement* measurement) {
  if (!body_is_measured_ || kind_ != SpanKind::kBody || ended_) return;
  kind_ = SpanKind::kHooks;
  Mark(guard, SpanKind::kBody);
  measures_body_ = measurement;
}

void Observer::MeasurementEnded(const RecursionGuard& guard, const Measurement* measurement) {
  if (measures_body_ == measurement) Mark(guard, SpanKind::kHooks);
}

void Observer::CloseSpan(const RecursionGuard& guard) {
  const heap::Totals now = isolate_.meter().Read(guard);
  const std::uint64_t now_ns = NowNs();
  const ledger::WindowFigures rolled = ledger::Roll(guard, isolate_.domain(), window_, now.used_bytes);
  SpanFigures figures;
  figures.duration_ns = static_cast<double>(now_ns - span_began_ns_);
  figures.allocated[0] = static_cast<double>(now.allocated_bytes - span_begin_.allocated_bytes);
  figures.net[0] = static_cast<double>(now.used_bytes - span_begin_.used_bytes);
  figures.peak[0] = static_cast<double>(rolled.space[0].peak_bytes);
  for (const int space : {kBuffers, kNative}) {
    figures.allocated[space] = static_cast<double>(rolled.space[space].allocated_bytes);
    figures.peak[space] = static_cast<double>(rolled.space[space].peak_bytes);
    figures.net[space] = static_cast<double>(rolled.space[space].level_bytes);
  }
  figures.total_peak = static_cast<double>(rolled.total_peak_bytes);
  figures.total_peak_error = static_cast<double>(rolled.total_peak_error);
  figures.collections = static_cast<double>(now.collections - span_begin_.collections);
  figures.major_collections = static_cast<double>(now.major_collections - span_begin_.major_collections);
  figures.collection_ns = static_cast<double>(now.collection_ns - span_begin_.collection_ns);
  samples_dropped_ += rolled.samples_dropped;

  file_.Add(figures);
  if (kind_ == SpanKind::kModules) modules_.Add(figures);
  if (kind_ == SpanKind::kHooks) hooks_.Add(figures);
  NoteHeapSpan();
  if (rolled.samples_end > rolled.samples_begin) TakeLedgerSites(guard, rolled);
  if (rolled.samples_end > kLongLog) ledger::TrimLog(guard, isolate_.domain(), window_);
  if (kind_ == SpanKind::kBody) {
    if (bodies_.size() < kMaxBodies) {
      bodies_.push_back(figures);
    } else {
      ++bodies_dropped_;
    }
  }
  // relaxed: this thread alone writes; what another sees may be of the span before.
  buffers_.store(buffers_.load(std::memory_order_relaxed) + figures.net[kBuffers], std::memory_order_relaxed);
  native_.store(native_.load(std::memory_order_relaxed) + figures.net[kNative], std::memory_order_relaxed);
  engine_.store(engine_.load(std::memory_order_relaxed) + static_cast<double>(rolled.space[kEngine].level_bytes),
                std::memory_order_relaxed);
  span_begin_ = now;
  span_began_ns_ = now_ns;
  NoteReading(guard, static_cast<double>(now.used_bytes));
  const TimelinePoint point = LevelsNow(guard, now.used_bytes);
  timeline_.Add(point);
  if (state_ != nullptr) state_->SetLevels(point);
}

void Observer::TakeLedgerSites(const RecursionGuard& guard, const ledger::WindowFigures& rolled) {
  ledger::Site few[32];
  const std::size_t count = ledger::SitesOf(guard, isolate_.domain(), rolled, few, std::size(few));
  if (count == ledger::kNoMemory) {
    samples_dropped_ += rolled.samples_end - rolled.samples_begin;
    return;
  }
  std::vector<ledger::Site> many;
  const ledger::Site* sites = few;
  if (count > std::size(few)) {
    many.resize(count);
    ledger::SitesOf(guard, isolate_.domain(), rolled, many.data(), many.size());
    sites = many.data();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const ledger::Site& site = sites[i];
    sites_.push_back({span(), site.space, StackOf(site.stack), site.bytes, site.count, site.bytes_at_peak});
  }
}

std::uint32_t Observer::StackOf(StackId stack) {
  const auto [it, fresh] =
      stack_index_.try_emplace(static_cast<std::uint32_t>(stack), static_cast<std::uint32_t>(stacks_.size()));
  if (fresh) {
    stacks_.emplace_back();
    stack_ids_.push_back(stack);
  }
  return it->second;
}

void Observer::NoteHeapSpan() {
  if (!samples_heap_) return;
  const std::uint64_t position = isolate_.sampler().Position();
  if (position > heap_position_) heap_spans_.push_back({span(), heap_position_, position});
  heap_position_ = position;
}

void Observer::TakeHeapSamples(const RecursionGuard& guard, bool complete) {
  if (isolate_.sampler().Position() > kManySamples) complete = false;
  if (!complete) {
    ++heap_samples_dropped_;
    return;
  }
  NoteHeapSpan();
  isolate_.meter().BeginOwn(guard);
  {
    const OwnWork own(guard);
    const v8::HandleScope scope(isolate_.isolate());
    heap::PlacedSamples placed = isolate_.sampler().Samples(guard);
    const auto first = static_cast<std::uint32_t>(stacks_.size());
    for (heap::HeapSite& site : placed.sites) {
      stacks_.push_back(std::move(site.frames));
      stack_ids_.push_back(StackId::kNone);
    }
    for (const heap::PlacedSample& sample : placed.samples) {
      // The spans stand in the order of their positions. One without a position is the file's.
      const auto after = std::upper_bound(heap_spans_.begin(), heap_spans_.end(), sample.position,
                                          [](std::uint64_t at, const HeapSpan& span) { return at < span.end; });
      const bool known = sample.by_line && after != heap_spans_.end() && after->begin <= sample.position;
      sites_.push_back({known ? after->span : SpanSite::kShared, Space::kHeap,
                        first + static_cast<std::uint32_t>(sample.site), sample.bytes, sample.count, -1});
    }
  }
  isolate_.meter().ReleaseOwn(guard, isolate_.meter().EndOwn(guard));
}

void Observer::OnCollection(const RecursionGuard& guard, void* self, std::int64_t used_bytes, bool ended, bool major) {
  auto& observer = *static_cast<Observer*>(self);
  TimelinePoint point = observer.LevelsNow(guard, used_bytes);
  if (ended) point.collection = major ? 2 : 1;
  observer.timeline_.Add(point);
  if (observer.state_ == nullptr) return;
  observer.state_->SetLevels(point);
  if (!ended) return;
  observer.NoteReading(guard, static_cast<double>(used_bytes));
  observer.WriteIfDue(guard, point);
  if (!major) return;
  // V8 gives up when full collections near the limit no longer help. (Its own callback for that serves one listener alone, in
  // worker threads Node's, which makes an error of it.)
  v8::HeapStatistics heap;
  observer.isolate_.isolate()->GetHeapStatistics(&heap);
  const double used = static_cast<double>(heap.used_heap_size());
  observer.state_->SetFlag(StateFile::kNearHeapLimit, used > kNearLimit * (static_cast<double>(heap.heap_size_limit()) - kYoungBytes));
}

TimelinePoint Observer::LevelsNow(const RecursionGuard& guard, std::int64_t heap) const {
  TimelinePoint point;
  const ledger::Levels levels = ledger::LevelsIn(guard, isolate_.domain(), window_);
  point.ms = static_cast<double>(NowNs() - began_ns_) / 1e6;
  point.heap = static_cast<double>(heap);
  point.buffers = buffers_.load(std::memory_order_relaxed) + static_cast<double>(levels.bytes[kBuffers]);
  point.native = native_.load(std::memory_order_relaxed) + static_cast<double>(levels.bytes[kNative]);
  point.rss = Rss();
  return point;
}

// 0: cannot be read.
double Observer::ReadRss(int statm) {
  char text[128];
  const ssize_t read = statm < 0 ? -1 : pread(statm, text, sizeof text - 1, 0);
  if (read <= 0) return 0;
  text[read] = '\0';
  char* end = nullptr;
  std::strtoull(text, &end, 10);  // the first number is the size of the address space
  return static_cast<double>(std::strtoull(end, nullptr, 10)) * static_cast<double>(PageSize());
}

double Observer::Rss() const {
  const std::uint64_t now = NowNs();
  if (statm_ < 0 || (rss_ > 0 && now - rss_read_ns_ < kRssEveryNs)) return rss_;
  const double read = ReadRss(statm_);
  if (read <= 0) return rss_;
  rss_ = read;
  rss_read_ns_ = now;
  return rss_;
}

Observation Observer::Finish(const RecursionGuard& guard) {
  Observation result{};
  if (ended_) return result;
  CloseSpan(guard);
  if (samples_heap_) TakeHeapSamples(guard, isolate_.sampler().tells_totals());
  rss_read_ns_ = 0;
  result.end = LevelsNow(guard, span_begin_.used_bytes);
  timeline_.Add(result.end);
  End(guard);
  result.off_heap = armed_ && window_ != WindowId::kInvalid;
  result.file = file_.Figures();
  result.modules = modules_.Figures();
  result.hooks = hooks_.Figures();
  result.modules_known = !modules_.empty();
  result.hooks_known = !hooks_.empty();
  result.bodies = std::move(bodies_);
  result.baseline = baseline_;
  result.timeline = timeline_.Points();
  for (std::size_t i = 0; i < stacks_.size(); ++i) {
    if (stack_ids_[i] == StackId::kNone) continue;
    stacks_[i] = stacks::Resolve(guard, isolate_.isolate(), isolate_.code(), stack_ids_[i]).frames;
  }
  result.stacks = std::move(stacks_);
  result.sites = std::move(sites_);
  result.bodies_dropped = bodies_dropped_;
  result.samples_dropped = samples_dropped_;
  result.heap_samples_dropped = heap_samples_dropped_;
  result.sampler = sampler_;
  result.began_wall_ms = began_wall_ms_;
  return result;
}

void Observer::End(const RecursionGuard& guard) {
  if (ended_) return;
  ended_ = true;
  watch_.reset();
  heap::Meter& meter = isolate_.meter();
  if (window_ != WindowId::kInvalid) {
    ledger::Close(guard, isolate_.domain(), window_, span_begin_.used_bytes);
    ledger::Forget(guard, isolate_.domain(), window_);
  }
  meter.Unlisten(this);
  meter.TurnOff(guard);
  isolate_.shared_sampler().Leave(guard, this);
  samples_heap_ = false;
  if (options_.sample_interval > 0) isolate_.EndSampling(guard, options_.sample_interval);
  if (armed_) isolate_.Disarm(guard);
  if (statm_ >= 0) close(statm_);
}

void Observer::Abandon(const RecursionGuard& guard) {
  if (ended_) return;
  ended_ = true;
  watch_.reset();
  if (window_ != WindowId::kInvalid) {
    ledger::Close(guard, isolate_.domain(), window_, span_begin_.used_bytes);
    ledger::Forget(guard, isolate_.domain(), window_);
  }
  isolate_.meter().Unlisten(this);
  isolate_.shared_sampler().Drop(guard, this);
  if (options_.sample_interval > 0) isolate_.EndSampling(guard, options_.sample_interval);
  if (statm_ >= 0) close(statm_);
}

}  // namespace memspec::capture
