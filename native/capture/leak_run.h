// A leak check's readings: between two *boundaries* lies an *interval*, and at each boundary it is read how much of what was
// born in each earlier interval is still alive. Births times survival: frees of older memory offset nothing.
// Isolate's own thread only, not inside a hook. One at a time in an isolate.
//
// Objects have ids from the first boundary on, so that a warm-up before it costs nothing.
//
//   begin ──► boundary 0 ──interval 0── boundary 1 ──interval 1── boundary 2 … ──► read ──► (destroyed)
//                 ▲                                                            └──► start over ──┐
//                 └──────────────────────────────────────────────────────────────────────────────┘
//
// A boundary collects garbage; the caller lets macrotasks go by before it. What a boundary notes lies in memory of the
// tracker's: it leaves nothing on the heap that is judged.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/recursion_guard.h"
#include "capture/handles.h"
#include "capture/isolate_state.h"
#include "capture/opened_descriptors.h"
#include "heap/survivors.h"

namespace memspec::capture {

class LeakRun {
 public:
  // What was born in one interval and is alive.
  struct Alive {
    std::uint64_t bytes = 0;
    std::uint64_t count = 0;
  };
  struct Row {
    std::int64_t used_bytes = 0;           // V8's used size without code spaces
    std::uint64_t allocated_bytes = 0;     // on the heap, since the meter began
    v8::SnapshotObjectId last_object = 0;  // ids up to this one are older than the interval that begins here
    std::vector<Alive> heap, buffers, native;  // by interval, as many as there were boundaries before this one
    std::vector<HandleCount> handles;
  };

  // traces: objects remember where they were allocated, 40 times slower.
  LeakRun(const RecursionGuard&, IsolateState& isolate, bool traces);
  ~LeakRun();
  LeakRun(const LeakRun&) = delete;
  LeakRun& operator=(const LeakRun&) = delete;

  // last_resort: also what only a last-resort collection frees (heap/collect.h), which takes several times as long.
  // False when the ledger has no window left: off-heap figures of the interval that begins are then 0.
  bool Boundary(const RecursionGuard&, bool last_resort);

  // From the last boundary on objects remember where they were allocated, unless a measurement needs the intervals of the
  // record of births as they are: that record has to be begun anew to be rid of stacks.
  void RecordStacks(const RecursionGuard&);
  // Forgets all boundaries. Objects keep their ids, and no longer remember where they were allocated.
  void StartOver(const RecursionGuard&);

  // Tells nothing before Watch() is called.
  OpenedDescriptors& descriptors() { return descriptors_; }

  const std::vector<Row>& rows() const { return rows_; }
  bool counts_off_heap() const { return armed_; }
  // False: no row's `heap` is right, see heap::ObjectIds::KnowsIntervals.
  bool knows_heap_births() const { return rows_.empty() || isolate_.object_ids().KnowsIntervals(); }

  // Calls the function under judgement. Where it fills the heap it is stopped before the process dies of it, and so is every
  // call after it: kStopped, with nothing pending. What the function throws is pending: kThrew.
  enum class CallResult { kReturned, kThrew, kStopped };
  CallResult Call(v8::Local<v8::Function> function, v8::Local<v8::Value>* result);

  // The isolate ends: give back what other threads could still reach, touch V8 no more.
  void Abandon(const RecursionGuard&);

 private:
  void CloseWindow(const RecursionGuard&);
  void ForgetWindows(const RecursionGuard&);
  static std::size_t OnNearLimit(void* self, std::size_t limit, std::size_t initial_limit);

  IsolateState& isolate_;
  bool armed_ = false;
  bool abandoned_ = false;
  const bool traces_;
  bool uses_ids_ = false;
  bool records_stacks_ = false;  // since a boundary
  bool full_ = false;    // V8 was about to give up
  int calls_ = 0;        // calls of ours on the stack
  std::vector<heap::ObjectIds::Mark> marks_;
  std::vector<WindowId> windows_;  // of the intervals; the last one is open
  std::vector<Row> rows_;
  OpenedDescriptors descriptors_;
};

}  // namespace memspec::capture
