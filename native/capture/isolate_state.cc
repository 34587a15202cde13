#include "capture/isolate_state.h"

#include <algorithm>
#include <mutex>

#include "base/domain.h"
#include "capture/birth_run.h"
#include "capture/isolate_recording.h"
#include "capture/leak_run.h"
#include "capture/measurement.h"
#include "capture/observer.h"
#include "capture/recorder.h"
#include "capture/recording_control.h"
#include "heap/collect.h"
#include "hooks/buffer_tap.h"
#include "hooks/hooks.h"
#include "ledger/ledger.h"

namespace memspec::capture {

namespace {

struct Registry {
  std::mutex mutex;
  v8::Isolate* owner[kMaxDomains] = {};  // taken slots
  IsolateState* by_slot[kMaxDomains] = {};
  std::uint8_t generation[kMaxDomains] = {};
  int count = 0;
};

Registry& TheRegistry() {
  static Registry* const registry = new Registry;  // never destroyed: threads outlive static destruction
  return *registry;
}

}  // namespace

IsolateState* IsolateState::Acquire(const RecursionGuard& guard, v8::Isolate* isolate) {
  Registry& registry = TheRegistry();
  int free_slot = 0;
  DomainId domain{};
  {
    const std::lock_guard lock(registry.mutex);
    for (int slot = 1; slot < kMaxDomains; ++slot) {
      if (registry.owner[slot] == isolate) {
        ++registry.by_slot[slot]->users_;  // the same isolate, so the same thread: it is built
        return registry.by_slot[slot];
      }
      const bool reserved = slot == SlotOf(ledger::kProcessScope) || slot == SlotOf(DomainId::kMainThread);
      if (registry.owner[slot] == nullptr && free_slot == 0 && !reserved) free_slot = slot;
    }
    if (free_slot == 0) return nullptr;
    domain = static_cast<DomainId>((registry.generation[free_slot]++ << 8) | free_slot);
    registry.owner[free_slot] = isolate;
    ++registry.count;
  }
  auto* const state = new IsolateState(isolate, domain);
  {
    const std::lock_guard lock(registry.mutex);
    registry.by_slot[free_slot] = state;
  }
  JoinRecording(guard, *state);
  return state;
}

void IsolateState::Release(const RecursionGuard&) {
  if (--users_ > 0) return;
  Registry& registry = TheRegistry();
  {
    const std::lock_guard lock(registry.mutex);
    registry.by_slot[SlotOf(domain_)] = nullptr;
    registry.owner[SlotOf(domain_)] = nullptr;
    --registry.count;
  }
  delete this;
}

void IsolateState::ForEach(void (*visit)(IsolateState&)) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  for (IsolateState* const state : registry.by_slot) {
    if (state != nullptr) visit(*state);
  }
}

int IsolateState::Count() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  return registry.count;
}

IsolateState::IsolateState(v8::Isolate* isolate, DomainId domain)
    : isolate_(isolate), domain_(domain), object_ids_(isolate), marking_(isolate), quiescence_(isolate) {
  RecursionGuard guard;
  code_ = stacks::StartListening(guard, isolate);
  meter_ = std::make_unique<heap::Meter>(isolate, domain);
  sampler_ = std::make_unique<heap::Sampler>(isolate, *code_);
  shared_sampler_ = std::make_unique<SharedSampler>(*sampler_);
  t_thread.isolate = this;
  t_thread.domain = domain;
}

IsolateState::~IsolateState() {
  RecursionGuard guard;
  EndRecordingOf(guard, *this);
  t_thread.isolate = nullptr;
  LeaveDomain(t_thread);
  if (leak_run_ != nullptr) leak_run_->Abandon(guard);
  leak_run_.reset();
  if (birth_run_ != nullptr) birth_run_->Abandon(guard);
  birth_run_.reset();
  if (observer_ != nullptr) observer_->Abandon(guard);
  observer_.reset();
  for (auto& [handle, measurement] : measurements_) measurement->Abandon(guard);
  measurements_.clear();
  while (arms_ > 0) Disarm(guard);
  if (buffer_tap_) hooks::UntapBufferAllocator(isolate_);
  shared_sampler_.reset();
  sampler_.reset();
  meter_.reset();
  stacks::StopListening(guard, code_);
}

bool IsolateState::Arm(const RecursionGuard& guard, const char** missing) {
  const hooks::InstallResult result = InstallHooks(guard);
  if (!result.ok) {
    *missing = result.missing != nullptr ? result.missing : "unknown";
    return false;
  }
  // Not before the hooks have been in once: what is loaded, and with it the allocator's vtable, is known from then on.
  if (!buffer_tap_tried_) buffer_tap_ = hooks::TapBufferAllocator(isolate_);
  buffer_tap_tried_ = true;
  ++arms_;
  return true;
}

void IsolateState::Disarm(const RecursionGuard& guard) {
  if (arms_ == 0) return;
  --arms_;
  RemoveHooks(guard);
}

bool IsolateState::LetBackgroundWorkEnd(const RecursionGuard& guard) {
  if (quiescence_.Reach(guard)) return true;
  // A collection begins with the end of the last one's sweeping, which this thread then does itself.
  heap::Collect(guard, isolate_, marking_);
  return false;
}

std::uint32_t IsolateState::Add(std::unique_ptr<Measurement> measurement) {
  const std::uint32_t handle = next_handle_++;
  measurements_.emplace(handle, std::move(measurement));
  return handle;
}

Measurement* IsolateState::Find(std::uint32_t handle) const {
  const auto found = measurements_.find(handle);
  return found == measurements_.end() ? nullptr : found->second.get();
}

void IsolateState::SetLeakRun(std::unique_ptr<LeakRun> run) { leak_run_ = std::move(run); }

void IsolateState::SetBirthRun(std::unique_ptr<BirthRun> run) { birth_run_ = std::move(run); }

void IsolateState::SetRecording(std::unique_ptr<IsolateRecording> recording) { recording_ = std::move(recording); }

void IsolateState::SetObserver(std::unique_ptr<Observer> observer) { observer_ = std::move(observer); }

void IsolateState::Remove(std::uint32_t handle) { measurements_.erase(handle); }

void IsolateState::BeginSampling(const RecursionGuard& guard, std::uint64_t interval) {
  if (interval == 0) return;
  intervals_.push_back(interval);
  sample_interval_ = *std::min_element(intervals_.begin(), intervals_.end());
  HelperSampling(guard, interval, +1);
  SeedSampling(guard, sample_interval_);
}

void IsolateState::EndSampling(const RecursionGuard& guard, std::uint64_t interval) {
  if (interval == 0) return;
  const auto found = std::find(intervals_.begin(), intervals_.end(), interval);
  if (found != intervals_.end()) intervals_.erase(found);
  const std::uint64_t before = sample_interval_;
  sample_interval_ = intervals_.empty() ? 0 : *std::min_element(intervals_.begin(), intervals_.end());
  HelperSampling(guard, interval, -1);
  if (sample_interval_ != 0 && sample_interval_ != before) SeedSampling(guard, sample_interval_);
}

}  // namespace memspec::capture
