// What an observer tells the watch, and what it does for it: the levels from outside, the sites that outlive the worker.
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <node.h>

#include "base/thread_state.h"
#include "capture/last_sites.h"
#include "capture/observer.h"

namespace memspec::capture {

namespace {

// A level from which it is written down where memory went.
constexpr double kFirstSitesBytes = 256e6;
constexpr std::uint64_t kToTheEnd = ~std::uint64_t{0};
constexpr const char* kSitesSuffix = ".sites";

}  // namespace

void Observer::StartWatch(const RecursionGuard& guard) {
  v8::Isolate* const v8_isolate = isolate_.isolate();
  v8::HeapStatistics heap;
  v8_isolate->GetHeapStatistics(&heap);
  // So high that healthy files are hardly ever asked, so low that a worker that dies was asked a few times before.
  double first = std::min(kFirstSitesBytes, static_cast<double>(heap.heap_size_limit()) / 4);
  if (options_.cap.total > 0) first = std::min(first, options_.cap.total / 2);
  if (options_.cap.rss > 0) first = std::min(first, options_.cap.rss / 4);
  const v8::HandleScope scope(v8_isolate);
  Watch::Plan plan{};
  plan.isolate = v8_isolate;
  plan.environment = node::GetCurrentEnvironment(v8_isolate->GetCurrentContext());
  plan.state = state_.get();
  plan.cap = options_.cap;
  plan.first_sites_bytes = first;
  plan.levels = [](const RecursionGuard& guard, void* self) { return static_cast<Observer*>(self)->LevelsFromOutside(guard); };
  plan.self = this;
  // The observation that asked may be over by the time it is answered.
  plan.write_sites = [](v8::Isolate*, void*) {
    IsolateState* const state = t_thread.isolate;
    if (state != nullptr && state->observer() != nullptr) state->observer()->AnswerWatch(RecursionGuard());
  };
  NoteReading(guard, static_cast<double>(span_begin_.used_bytes));
  watch_ = std::make_unique<Watch>(std::move(plan));
}

void Observer::AnswerWatch(const RecursionGuard& guard) {
  if (ended_ || watch_ == nullptr || !watch_->TakeRequest()) return;
  NoteReading(guard, static_cast<double>(isolate_.meter().Read(guard).used_bytes));
  WriteLastSites(guard);
}

void Observer::WriteIfDue(const RecursionGuard& guard, const TimelinePoint& point) {
  if (!ended_ && watch_ != nullptr && watch_->IsDue(point)) {
    watch_->TakeRequest();
    WriteLastSites(guard);
  }
  AnswerWatch(guard);
}

// They are those of the span that ran: another begins.
void Observer::ForgetLastSites() {
  if (watch_ != nullptr) watch_->SpanBegins();
  if (!last_sites_written_) return;
  unlink((options_.state_file + kSitesSuffix).c_str());
  last_sites_written_ = false;
}

void Observer::WriteLastSites(const RecursionGuard& guard) {
  std::vector<LastSite> last;
  isolate_.meter().BeginOwn(guard);
  {
    const OwnWork own(guard);
    const v8::HandleScope scope(isolate_.isolate());
    if (samples_heap_) {
      for (heap::HeapSite& site : isolate_.sampler().Sites(guard, heap_position_, kToTheEnd, false)) {
        last.push_back({Space::kHeap, StackId::kNone, std::move(site.frames), site.bytes, site.count, std::nullopt});
      }
    }
    std::vector<ledger::Site> sites(1024);
    std::size_t count = ledger::SitesSoFar(guard, isolate_.domain(), window_, sites.data(), sites.size());
    if (count == ledger::kNoMemory) count = 0;
    if (count > sites.size()) {
      sites.resize(count);
      count = std::min(count, ledger::SitesSoFar(guard, isolate_.domain(), window_, sites.data(), sites.size()));
    }
    sites.resize(count);
    for (const ledger::Site& site : sites) {
      last.push_back({site.space, site.stack, {}, site.bytes, site.count, site.bytes_alive});
    }
    if (!last.empty()) {
      capture::WriteLastSites(guard, isolate_, options_.state_file + kSitesSuffix, std::move(last));
      last_sites_written_ = true;
    }
  }
  isolate_.meter().ReleaseOwn(guard, isolate_.meter().EndOwn(guard));
  watch_->SitesWritten();
}

void Observer::NoteReading(const RecursionGuard& guard, double heap) {
  if (state_ == nullptr) return;
  const ledger::Levels levels = ledger::LevelsIn(guard, isolate_.domain(), window_);
  const double engine = engine_.load(std::memory_order_relaxed) + static_cast<double>(levels.bytes[kEngine]);
  // relaxed: the watch may see one of them from the reading before; it looks again.
  engine_when_read_.store(engine, std::memory_order_relaxed);
  heap_read_.store(heap, std::memory_order_relaxed);
}

// On the watch's thread: nothing but the ledger and the kernel is asked.
TimelinePoint Observer::LevelsFromOutside(const RecursionGuard& guard) const {
  TimelinePoint point;
  const ledger::Levels levels = ledger::LevelsIn(guard, isolate_.domain(), window_);
  const double committed = engine_.load(std::memory_order_relaxed) + static_cast<double>(levels.bytes[kEngine]) -
                           engine_when_read_.load(std::memory_order_relaxed);
  point.heap = heap_read_.load(std::memory_order_relaxed) + std::max(0.0, committed);
  point.buffers = buffers_.load(std::memory_order_relaxed) + static_cast<double>(levels.bytes[kBuffers]);
  point.native = native_.load(std::memory_order_relaxed) + static_cast<double>(levels.bytes[kNative]);
  point.rss = ReadRss(statm_);
  return point;
}

}  // namespace memspec::capture
