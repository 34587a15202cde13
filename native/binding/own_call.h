// A call into the addon: the isolate's state, and memspec's own work kept out of every figure. Isolate's own thread.
#pragma once
#include <napi.h>

#include "base/recursion_guard.h"
#include "capture/isolate_state.h"

namespace memspec::binding {

inline capture::IsolateState& State(Napi::Env env) { return *env.GetInstanceData<capture::IsolateState>(); }

// What memspec itself allocates during a call belongs to no measurement: off the heap by OwnWork, on it by the meter.
class OwnCall {
 public:
  explicit OwnCall(capture::IsolateState& state) : own_(guard_), state_(state) { state_.meter().BeginOwn(guard_); }
  ~OwnCall() { state_.meter().ReleaseOwn(guard_, state_.meter().EndOwn(guard_)); }
  OwnCall(const OwnCall&) = delete;
  OwnCall& operator=(const OwnCall&) = delete;
  const RecursionGuard& guard() const { return guard_; }

 private:
  const RecursionGuard guard_;
  const OwnWork own_;
  capture::IsolateState& state_;
};

}  // namespace memspec::binding
