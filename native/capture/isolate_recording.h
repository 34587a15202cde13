// What an isolate gives to the process's recording: its heap's samples with their lifetimes, its collections, its levels, and
// names for its stacks. From the moment it joins to its own end or the recording's. Isolate's own thread only, but for what is said.
#pragma once
#include <atomic>
#include <cstdint>

#include "base/recursion_guard.h"
#include "capture/shared_sampler.h"
#include "capture/stack_names.h"
#include "recording/event.h"

namespace memspec::capture {

class IsolateState;

class IsolateRecording final : public SharedSampler::User {
 public:
  // heap_interval: bytes between two samples; 0: none are wanted.
  IsolateRecording(const RecursionGuard&, IsolateState& state, std::uint64_t heap_interval);
  ~IsolateRecording();
  IsolateRecording(const IsolateRecording&) = delete;
  IsolateRecording& operator=(const IsolateRecording&) = delete;

  // The recording ends, or the isolate does (then V8 is asked for nothing more).
  void Leave(const RecursionGuard&, bool isolate_ends);

  // From the hook on operator new in the making of a sample.
  void HeapSampled(const RecursionGuard&, void* block, std::size_t bytes, StackId stack, const hooks::CallSite& site);
  // At an event of this thread: a reading of the heap, if the keeper wants one. Never within V8's own work: from V8 12 on a
  // reading gives back the areas that objects are just allocated in, and a sampler that counts in them samples no more.
  void MaybeRead(const RecursionGuard& guard) {
    if (reading_wanted_.load(std::memory_order_relaxed)) [[unlikely]] Read(guard);
  }
  void NameStacks(const RecursionGuard&);

  // Any thread. relaxed: the reading before may be seen for a moment.
  recording::HeapLevel Level() const {
    return {number_, used_.load(std::memory_order_relaxed), committed_.load(std::memory_order_relaxed)};
  }
  // The keeper wants a reading: with the next event, or at the interrupt where there is none. Requested once for each time.
  void WantReading(v8::InterruptCallback interrupt);
  // Within the interrupt.
  void ReadAsAsked(const RecursionGuard& guard);
  // The keeper asks the isolate's thread to name what is new, once for each time.
  void AskForNames(v8::InterruptCallback interrupt);
  std::uint32_t epoch() const { return epoch_; }  // of the recording that it gives to

  // SharedSampler::User
  void TakeHeapSamples(const RecursionGuard&, bool complete) override;
  void HeapSamplesBeginAnew() override;

 private:
  static void OnCollection(const RecursionGuard&, void* self, std::int64_t used_bytes, bool ended, bool major);
  void Read(const RecursionGuard&);
  void TellSampling(const RecursionGuard&);

  IsolateState& state_;
  const std::uint32_t epoch_;
  const recording::IsolateNumber number_;
  StackNames names_;
  bool armed_ = false;
  bool left_ = false;
  bool sampling_ = false;
  std::atomic<std::uint64_t> used_{0}, committed_{0};
  std::atomic<bool> reading_wanted_{false};
  std::atomic<bool> asked_{false};
  std::atomic<bool> reading_asked_{false};
};

}  // namespace memspec::capture
