#include "capture/recording_control.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "base/thread_state.h"
#include "capture/isolate_recording.h"
#include "capture/isolate_state.h"
#include "ledger/ledger.h"
#include "stacks/modules.h"
#include "stacks/stacks.h"

namespace memspec::capture {

namespace {

struct Control {
  std::mutex mutex;
  std::vector<IsolateRecording*> isolates;  // that have joined
};
Control& TheControl() {
  static Control* const control = new Control;  // threads outlive static destruction
  return *control;
}

constinit std::atomic<bool> g_native_stacks{false};

// Of the recording that is open; written before it begins, and by nobody else.
struct Facts {
  std::uint64_t heap_interval = 0;
  std::uint64_t stacks_dropped = 0;
  const IsolateState* starter = nullptr;
};
Facts g_facts;
StackNames* g_names_of_all = nullptr;

// A sum that is made while threads work may fall below zero by what they moved meanwhile.
std::uint64_t LevelOf(const ledger::Levels& now, Space space) {
  const std::int64_t bytes = now.bytes[static_cast<std::size_t>(space)];
  return bytes < 0 ? 0 : static_cast<std::uint64_t>(bytes);
}

void OnReadingWanted(v8::Isolate*, void*) {
  const RecursionGuard guard;
  IsolateState* const state = t_thread.isolate;
  if (state != nullptr && state->recording() != nullptr) state->recording()->ReadAsAsked(guard);
}

// On the keeper's thread, or on that which ends the recording.
void FillLevels(const RecursionGuard& guard, recording::Levels& levels) {
  const ledger::Levels now = ledger::KnownLevels(guard);
  levels.buffers = LevelOf(now, Space::kBuffers);
  levels.native = LevelOf(now, Space::kNative);
  levels.engine = LevelOf(now, Space::kEngine);
  const std::lock_guard hold(TheControl().mutex);
  for (IsolateRecording* const isolate : TheControl().isolates) {
    if (levels.heaps == recording::kMaxIsolates) break;
    levels.heap[levels.heaps++] = isolate->Level();
    isolate->WantReading(OnReadingWanted);
  }
}

void OnNamesWanted(v8::Isolate*, void*) {
  const RecursionGuard guard;
  IsolateState* const state = t_thread.isolate;
  if (state != nullptr && state->recording() != nullptr) state->recording()->NameStacks(guard);
}

void OnJoinWanted(v8::Isolate*, void*) {
  if (t_thread.isolate != nullptr) JoinRecording(RecursionGuard(), *t_thread.isolate);
}

void AskForNames(const RecursionGuard& guard) {
  g_names_of_all->Name(guard, nullptr);
  const std::lock_guard hold(TheControl().mutex);
  for (IsolateRecording* const isolate : TheControl().isolates) isolate->AskForNames(OnNamesWanted);
}

void NameLast(const RecursionGuard& guard) {
  g_names_of_all->Name(guard, nullptr);
  IsolateState* const state = t_thread.isolate;
  if (state != nullptr && state->recording() != nullptr) state->recording()->NameStacks(guard);
}

void Remove(IsolateRecording* recording) {
  const std::lock_guard hold(TheControl().mutex);
  std::erase(TheControl().isolates, recording);
}

}  // namespace

bool WantsNativeStacks() { return g_native_stacks.load(std::memory_order_relaxed); }

bool FindHeapLifetimes(const RecursionGuard& guard, IsolateState& state) {
  const char* missing = nullptr;
  if (!state.Arm(guard, &missing)) return false;
  const bool known = state.lifetimes().FindLayout(guard, state.isolate());
  state.Disarm(guard);
  return known;
}

recording::Begun StartRecording(const RecursionGuard& guard, IsolateState& state, const RecordingOptions& options) {
  if (recording::Open()) return {false, 0, true};
  const char* missing = nullptr;
  const bool armed = state.Arm(guard, &missing);
  g_facts = Facts{};
  g_facts.heap_interval = options.heap_interval;
  g_facts.starter = &state;
  g_facts.stacks_dropped = stacks::State().dropped;
  g_native_stacks.store(options.native_stacks, std::memory_order_relaxed);
  ForgetNamedFrames(guard);
  delete g_names_of_all;
  g_names_of_all = new StackNames(recording::IsolateNumber::kNone);
  recording::Plan plan;
  plan.file = options.file;
  plan.overwrite = options.overwrite;
  plan.sums = options.sums;
  plan.meta = options.meta;
  plan.timeline_interval_ms = options.timeline_interval_ms;
  plan.host = {stacks::PrepareDynamicSymbols, FillLevels, AskForNames, NameLast};
  const recording::Begun begun = recording::Begin(guard, plan);
  if (begun.ok) {
    JoinRecording(guard, state);
    IsolateState::ForEach([](IsolateState& other) { other.isolate()->RequestInterrupt(OnJoinWanted, nullptr); });
  }
  if (armed) state.Disarm(guard);  // who has joined keeps the hooks in
  return begun;
}

recording::Summary StopRecording(const RecursionGuard& guard, recording::Reason reason, bool exit_code_known, int exit_code) {
  if (!recording::Open()) return {};
  IsolateState* const own = t_thread.isolate;
  if (own != nullptr) own->lifetimes().Flush(guard);
  const recording::Summary summary =
      recording::End(guard, reason, exit_code_known, exit_code, stacks::State().dropped - g_facts.stacks_dropped);
  g_facts.starter = nullptr;
  // Other isolates find out at their next interrupt.
  if (own != nullptr) LeaveRecording(guard, *own);
  IsolateState::ForEach([](IsolateState& other) {
    other.isolate()->RequestInterrupt(
        [](v8::Isolate*, void*) {
          if (t_thread.isolate != nullptr && !recording::Open()) LeaveRecording(RecursionGuard(), *t_thread.isolate);
        },
        nullptr);
  });
  return summary;
}

void JoinRecording(const RecursionGuard& guard, IsolateState& state) {
  if (!recording::Open()) return;
  if (state.recording() != nullptr) {
    if (state.recording()->epoch() == recording::Epoch()) return;
    LeaveRecording(guard, state);  // of an earlier one
  }
  state.SetRecording(std::make_unique<IsolateRecording>(guard, state, g_facts.heap_interval));
  const std::lock_guard hold(TheControl().mutex);
  TheControl().isolates.push_back(state.recording());
}

void EndRecordingOf(const RecursionGuard& guard, IsolateState& state) {
  if (g_facts.starter == &state) StopRecording(guard, recording::Reason::kExit, false, 0);
  IsolateRecording* const recording = state.recording();
  if (recording == nullptr) return;
  Remove(recording);
  recording->Leave(guard, true);
  state.SetRecording(nullptr);
}

void LeaveRecording(const RecursionGuard& guard, IsolateState& state) {
  IsolateRecording* const recording = state.recording();
  if (recording == nullptr) return;
  Remove(recording);
  recording->Leave(guard, false);
  state.SetRecording(nullptr);
}

}  // namespace memspec::capture
