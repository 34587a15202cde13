// What memspec keeps for one isolate, from the first load of the addon in it to the end of its environment.
// Isolate's own thread only, except for the registry (a mutex).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <v8.h>

#include "base/ids.h"
#include "base/recursion_guard.h"
#include "capture/shared_sampler.h"
#include "graph/heaps.h"
#include "heap/lifetimes.h"
#include "heap/meter.h"
#include "heap/marking.h"
#include "heap/quiesce.h"
#include "heap/sampler.h"
#include "heap/survivors.h"
#include "stacks/stacks.h"

namespace memspec::capture {

class BirthRun;
class IsolateRecording;
class LeakRun;
class Measurement;
class Observer;

class IsolateState {
 public:
  // The addon may be loaded several times in one isolate (vm contexts): one state, reference-counted.
  static IsolateState* Acquire(const RecursionGuard&, v8::Isolate* isolate);
  void Release(const RecursionGuard&);
  // Isolates that have loaded memspec and live now. Any thread.
  static int Count();
  // Under the registry's lock: none of them ends meanwhile. Any thread.
  static void ForEach(void (*visit)(IsolateState&));

  IsolateState(const IsolateState&) = delete;
  IsolateState& operator=(const IsolateState&) = delete;

  v8::Isolate* isolate() const { return isolate_; }
  DomainId domain() const { return domain_; }
  bool buffer_tap() const { return buffer_tap_; }
  stacks::CodeMap& code() { return *code_; }
  heap::Meter& meter() { return *meter_; }
  heap::ObjectIds& object_ids() { return object_ids_; }
  const heap::Marking& marking() const { return marking_; }
  // After a collection: what it found dead is freed when this returns. False: V8's worker threads did not come to rest within
  // a second, and what they have begun goes on.
  bool LetBackgroundWorkEnd(const RecursionGuard&);
  heap::Quiescence& quiescence() { return quiescence_; }
  heap::Sampler& sampler() { return *sampler_; }
  SharedSampler& shared_sampler() { return *shared_sampler_; }
  heap::Lifetimes& lifetimes() { return lifetimes_; }
  graph::Heaps& graphs() { return graphs_; }

  // The hooks are installed while anybody holds a reference: a measurement, or the program by arm().
  bool Arm(const RecursionGuard&, const char** missing);
  void Disarm(const RecursionGuard&);

  // Bytes between two samples on this isolate's thread; the smallest of the counting measurements; 0: none.
  std::uint64_t sample_interval() const { return sample_interval_; }
  void BeginSampling(const RecursionGuard&, std::uint64_t interval);
  void EndSampling(const RecursionGuard&, std::uint64_t interval);

  // Open measurements by handle. Handles are not used again.
  std::uint32_t Add(std::unique_ptr<Measurement> measurement);
  Measurement* Find(std::uint32_t handle) const;
  void Remove(std::uint32_t handle);

  // The leak check that runs, or null.
  LeakRun* leak_run() const { return leak_run_.get(); }
  void SetLeakRun(std::unique_ptr<LeakRun> run);

  // The births of a test file that are watched, or null.
  BirthRun* birth_run() const { return birth_run_.get(); }
  void SetBirthRun(std::unique_ptr<BirthRun> run);

  // What it gives to the process's recording, or null.
  IsolateRecording* recording() const { return recording_.get(); }
  void SetRecording(std::unique_ptr<IsolateRecording> recording);

  // The observation that runs, or null.
  Observer* observer() const { return observer_.get(); }
  void SetObserver(std::unique_ptr<Observer> observer);

 private:
  IsolateState(v8::Isolate* isolate, DomainId domain);
  ~IsolateState();

  v8::Isolate* const isolate_;
  const DomainId domain_;
  int users_ = 1;
  int arms_ = 0;
  bool buffer_tap_ = false;
  bool buffer_tap_tried_ = false;
  stacks::CodeMap* code_ = nullptr;
  std::unique_ptr<heap::Meter> meter_;
  heap::ObjectIds object_ids_;
  heap::Marking marking_;
  heap::Quiescence quiescence_;
  std::unique_ptr<heap::Sampler> sampler_;
  std::unique_ptr<SharedSampler> shared_sampler_;
  heap::Lifetimes lifetimes_;
  graph::Heaps graphs_;
  std::uint64_t sample_interval_ = 0;
  std::vector<std::uint64_t> intervals_;
  std::map<std::uint32_t, std::unique_ptr<Measurement>> measurements_;
  std::uint32_t next_handle_ = 1;
  std::unique_ptr<LeakRun> leak_run_;
  std::unique_ptr<BirthRun> birth_run_;
  std::unique_ptr<Observer> observer_;
  std::unique_ptr<IsolateRecording> recording_;
};

}  // namespace memspec::capture
