// A test file's births: between two *marks* lies an *interval*, and once, at the end, it is read how much of what was born in
// each is alive. Beside whatever else measures in the isolate: a leak check has readings of its own (capture/leak_run.h).
// Isolate's own thread only, not inside a hook. One at a time in an isolate.
//
//   begin ──interval 0── mark ──interval 1── mark … ──► read ──► (destroyed)
//
// A mark gives every object that has none an id, for which V8 walks the heap after one collection: it has no cheaper way. Nothing
// is read, and nothing is waited for: what a mark finds and is garbage later is in no reading.
#pragma once
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/recursion_guard.h"
#include "capture/isolate_state.h"
#include "heap/survivors.h"

namespace memspec::capture {

class BirthRun {
 public:
  struct Alive {
    std::uint64_t bytes = 0;
    std::uint64_t count = 0;
  };
  // Of one interval.
  struct Interval {
    v8::SnapshotObjectId first_object = 0;  // ids up to this one are older
    v8::SnapshotObjectId last_object = 0;   // ids above this one are younger
    Alive heap, buffers, native;
  };

  BirthRun(const RecursionGuard&, IsolateState& isolate);
  ~BirthRun();
  BirthRun(const BirthRun&) = delete;
  BirthRun& operator=(const BirthRun&) = delete;

  // Ends the running interval and begins the next. False when the ledger has no window left: the off-heap figures of the
  // interval that begins are then 0.
  bool Mark(const RecursionGuard&);
  // What is alive of the intervals that were ended, after one collection.
  std::vector<Interval> Read(const RecursionGuard&);
  bool counts_off_heap() const { return armed_; }

  // The isolate ends: give back what other threads could still reach, touch V8 no more.
  void Abandon(const RecursionGuard&);

 private:
  void CloseWindow(const RecursionGuard&);
  bool OpenWindow(const RecursionGuard&);
  void ForgetWindows(const RecursionGuard&);

  IsolateState& isolate_;
  bool armed_ = false;
  bool abandoned_ = false;
  bool open_ = false;              // the last window is
  std::vector<heap::ObjectIds::Mark> marks_;  // the first one is the beginning
  std::vector<WindowId> windows_;  // of the intervals
};

}  // namespace memspec::capture
