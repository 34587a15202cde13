#include "capture/isolate_recording.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "capture/isolate_state.h"
#include "recording/recording.h"

namespace memspec::capture {

namespace {

std::uint64_t Positive(std::int64_t bytes) { return bytes < 0 ? 0 : static_cast<std::uint64_t>(bytes); }

}  // namespace

IsolateRecording::IsolateRecording(const RecursionGuard& guard, IsolateState& state, std::uint64_t heap_interval)
    : state_(state), epoch_(recording::Epoch()), number_(recording::NewIsolate()), names_(number_) {
  const char* missing = nullptr;
  armed_ = state.Arm(guard, &missing);
  const bool worker = syscall(SYS_gettid) != getpid();
  recording::SetIsolate(guard, number_, worker, "");
  heap::Meter& meter = state.meter();
  meter.TurnOn(guard);
  meter.Listen(OnCollection, this);
  Read(guard);
  if (heap_interval > 0 && heap::Lifetimes::LayoutIsKnown()) {
    const OwnWork own(guard);
    sampling_ = state.shared_sampler().Join(guard, this, heap_interval, false) == heap::Sampler::State::kRunning;
  }
  TellSampling(guard);
}

IsolateRecording::~IsolateRecording() { Leave(RecursionGuard(), true); }

void IsolateRecording::Leave(const RecursionGuard& guard, bool isolate_ends) {
  if (left_) return;
  left_ = true;
  state_.lifetimes().End(guard);
  NameStacks(guard);
  if (isolate_ends) {
    state_.shared_sampler().Drop(guard, this);
  } else {
    const OwnWork own(guard);
    state_.shared_sampler().Leave(guard, this);
  }
  state_.meter().Unlisten(this);
  state_.meter().TurnOff(guard);
  if (isolate_ends) recording::HeapEnds(guard, number_);
  if (armed_) state_.Disarm(guard);
}

// Deaths are told where V8 lets go of what is collected; else only births are.
void IsolateRecording::TellSampling(const RecursionGuard& guard) {
  if (!sampling_ || !state_.lifetimes().Begin(guard)) {
    recording::Sampling(guard, 0, true);
    return;
  }
  state_.sampler().SizesAreGiven();
  recording::Sampling(guard, state_.shared_sampler().interval(), !state_.shared_sampler().keeps_collected());
}

void IsolateRecording::TakeHeapSamples(const RecursionGuard& guard, bool) { state_.lifetimes().End(guard); }

void IsolateRecording::HeapSamplesBeginAnew() { TellSampling(RecursionGuard()); }

void IsolateRecording::HeapSampled(const RecursionGuard& guard, void* block, std::size_t bytes, StackId stack,
                                   const hooks::CallSite& site) {
  if (!state_.lifetimes().IsSample(bytes)) return;
  if (stack == StackId::kNone) stack = stacks::CaptureHeapAllocation(guard, state_.isolate(), state_.code(), site);
  state_.lifetimes().Born(guard, block, stack, state_.sampler(), state_.sampler().last_position());
}

void IsolateRecording::Read(const RecursionGuard& guard) {
  if (state_.meter().in_collection()) return;
  reading_wanted_.store(false, std::memory_order_relaxed);
  used_.store(Positive(state_.meter().Read(guard).used_bytes), std::memory_order_relaxed);
  committed_.store(Positive(state_.meter().CommittedNow()), std::memory_order_relaxed);
}

void IsolateRecording::OnCollection(const RecursionGuard& guard, void* self, std::int64_t used_bytes, bool ended, bool major) {
  auto& recording = *static_cast<IsolateRecording*>(self);
  recording.state_.lifetimes().Flush(guard);
  recording.used_.store(Positive(used_bytes), std::memory_order_relaxed);
  if (ended) {
    recording.committed_.store(Positive(recording.state_.meter().CommittedNow()), std::memory_order_relaxed);
  }
  recording::Collected(guard, major ? recording::Collection::kFull : recording::Collection::kYoung, Positive(used_bytes), ended);
  if (ended && major) recording.NameStacks(guard);
}

void IsolateRecording::NameStacks(const RecursionGuard& guard) {
  asked_.store(false, std::memory_order_relaxed);
  if (!names_.Waiting()) return;
  state_.meter().BeginOwn(guard);
  {
    const OwnWork own(guard);
    const v8::HandleScope scope(state_.isolate());
    names_.Name(guard, &state_);
  }
  state_.meter().ReleaseOwn(guard, state_.meter().EndOwn(guard));
}

void IsolateRecording::WantReading(v8::InterruptCallback interrupt) {
  reading_wanted_.store(true, std::memory_order_relaxed);
  if (!reading_asked_.exchange(true, std::memory_order_relaxed)) state_.isolate()->RequestInterrupt(interrupt, nullptr);
}

void IsolateRecording::ReadAsAsked(const RecursionGuard& guard) {
  reading_asked_.store(false, std::memory_order_relaxed);
  state_.lifetimes().Flush(guard);
  MaybeRead(guard);
}

void IsolateRecording::AskForNames(v8::InterruptCallback interrupt) {
  if (!names_.Waiting() || asked_.exchange(true, std::memory_order_relaxed)) return;
  state_.isolate()->RequestInterrupt(interrupt, nullptr);
}

}  // namespace memspec::capture
