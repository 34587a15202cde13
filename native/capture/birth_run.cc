#include "capture/birth_run.h"

#include "heap/meter.h"
#include "ledger/ledger.h"

namespace memspec::capture {

namespace {

BirthRun::Alive BornAndAlive(const ledger::Survivors& survivors, Space space) {
  return {survivors.bytes[static_cast<int>(space)], survivors.count[static_cast<int>(space)]};
}

}  // namespace

BirthRun::BirthRun(const RecursionGuard& guard, IsolateState& isolate) : isolate_(isolate) {
  const char* missing = nullptr;
  armed_ = isolate.Arm(guard, &missing);
  isolate.meter().TurnOn(guard);
  isolate.object_ids().Use(guard);
  marks_.push_back(isolate.object_ids().Now(guard));
  OpenWindow(guard);
}

BirthRun::~BirthRun() {
  if (abandoned_) return;
  const RecursionGuard guard;
  CloseWindow(guard);
  ForgetWindows(guard);
  isolate_.object_ids().Release(guard);
  isolate_.meter().TurnOff(guard);
  if (armed_) isolate_.Disarm(guard);
}

void BirthRun::Abandon(const RecursionGuard& guard) {
  CloseWindow(guard);
  ForgetWindows(guard);
  abandoned_ = true;
}

void BirthRun::ForgetWindows(const RecursionGuard& guard) {
  for (const WindowId window : windows_) ledger::Forget(guard, isolate_.domain(), window);
}

void BirthRun::CloseWindow(const RecursionGuard& guard) {
  if (open_) ledger::Close(guard, isolate_.domain(), windows_.back(), 0);
  open_ = false;
}

bool BirthRun::OpenWindow(const RecursionGuard& guard) {
  windows_.push_back(ledger::Open(guard, isolate_.domain(), 0));
  open_ = windows_.back() != WindowId::kInvalid;
  return open_;
}

bool BirthRun::Mark(const RecursionGuard& guard) {
  CloseWindow(guard);
  marks_.push_back(isolate_.object_ids().Now(guard));
  return OpenWindow(guard);
}

std::vector<BirthRun::Interval> BirthRun::Read(const RecursionGuard& guard) {
  heap::ObjectIds& ids = isolate_.object_ids();
  // Collects by itself, once.
  ids.Now(guard);
  // Array buffers are freed by a background thread, after the collection that found them dead.
  isolate_.LetBackgroundWorkEnd(guard);
  std::vector<Interval> intervals;
  for (std::size_t i = 1; i < marks_.size(); ++i) {
    Interval interval;
    interval.first_object = marks_[i - 1].last_id;
    interval.last_object = marks_[i].last_id;
    for (std::uint32_t n = marks_[i - 1].interval + 1; n <= marks_[i].interval; ++n) {
      interval.heap.bytes += ids.AliveAt(n).bytes;
      interval.heap.count += ids.AliveAt(n).count;
    }
    const WindowId window = windows_[i - 1];
    if (window != WindowId::kInvalid) {
      const ledger::Survivors survivors = ledger::CountSurvivors(guard, isolate_.domain(), window);
      interval.buffers = BornAndAlive(survivors, Space::kBuffers);
      interval.native = BornAndAlive(survivors, Space::kNative);
    }
    intervals.push_back(interval);
  }
  return intervals;
}

}  // namespace memspec::capture
