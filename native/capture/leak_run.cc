#include "capture/leak_run.h"

#include "heap/collect.h"
#include "heap/meter.h"
#include "ledger/ledger.h"

namespace memspec::capture {

namespace {

LeakRun::Alive AliveIn(const ledger::Survivors& survivors, Space space) {
  return {survivors.bytes[static_cast<int>(space)], survivors.count[static_cast<int>(space)]};
}

// What the process gets beyond its limit when V8 is about to give up, so that it can unwind.
constexpr std::size_t kReserve = std::size_t{256} << 20;

}  // namespace

LeakRun::LeakRun(const RecursionGuard& guard, IsolateState& isolate, bool traces) : isolate_(isolate), traces_(traces) {
  const char* missing = nullptr;
  armed_ = isolate.Arm(guard, &missing);
  isolate.meter().TurnOn(guard);
  isolate.isolate()->AddNearHeapLimitCallback(OnNearLimit, this);
}

// A running call of ours is unwound as far as that call; what runs otherwise (microtasks) is not touched: the next call ends it.
// (The used size after a collection is no earlier sign: what was found dead is in it until it is swept.)
std::size_t LeakRun::OnNearLimit(void* self, std::size_t limit, std::size_t) {
  auto& run = *static_cast<LeakRun*>(self);
  run.full_ = true;
  if (run.calls_ > 0) run.isolate_.isolate()->TerminateExecution();
  return limit + kReserve;
}

LeakRun::CallResult LeakRun::Call(v8::Local<v8::Function> function, v8::Local<v8::Value>* result) {
  if (full_) return CallResult::kStopped;
  v8::Isolate* const isolate = isolate_.isolate();
  v8::TryCatch caught(isolate);
  ++calls_;
  const bool returned =
      function->Call(isolate->GetCurrentContext(), v8::Undefined(isolate), 0, nullptr).ToLocal(result);
  --calls_;
  if (full_) {
    isolate->CancelTerminateExecution();
    caught.Reset();
    return CallResult::kStopped;
  }
  if (returned) return CallResult::kReturned;
  caught.ReThrow();
  return CallResult::kThrew;
}

LeakRun::~LeakRun() {
  if (abandoned_) return;
  const RecursionGuard guard;
  isolate_.isolate()->RemoveNearHeapLimitCallback(OnNearLimit, 0);
  ForgetWindows(guard);
  isolate_.meter().TurnOff(guard);
  if (uses_ids_) isolate_.object_ids().Release(guard);
  if (armed_) isolate_.Disarm(guard);
}

void LeakRun::Abandon(const RecursionGuard& guard) {
  isolate_.isolate()->RemoveNearHeapLimitCallback(OnNearLimit, 0);
  ForgetWindows(guard);
  abandoned_ = true;
}

void LeakRun::CloseWindow(const RecursionGuard& guard) {
  if (windows_.size() == rows_.size() && !windows_.empty() && windows_.back() != WindowId::kInvalid) {
    ledger::Close(guard, isolate_.domain(), windows_.back(), 0);
  }
}

void LeakRun::ForgetWindows(const RecursionGuard& guard) {
  CloseWindow(guard);
  for (const WindowId window : windows_) ledger::Forget(guard, isolate_.domain(), window);
}

void LeakRun::RecordStacks(const RecursionGuard& guard) {
  heap::ObjectIds& ids = isolate_.object_ids();
  if (!uses_ids_ || traces_ || records_stacks_ || !ids.HasOneUser() || !ids.KnowsIntervals()) return;
  ids.RecordStacks(guard);
  records_stacks_ = true;
}

void LeakRun::StartOver(const RecursionGuard& guard) {
  ForgetWindows(guard);
  windows_.clear();
  marks_.clear();
  rows_.clear();
  if (records_stacks_) isolate_.object_ids().StartOver(guard);
  records_stacks_ = false;
}

bool LeakRun::Boundary(const RecursionGuard& guard, bool last_resort) {
  CloseWindow(guard);
  heap::ObjectIds& ids = isolate_.object_ids();
  if (!uses_ids_) ids.Use(guard, traces_);
  uses_ids_ = true;
  if (last_resort) heap::CollectLastResort(guard, isolate_.isolate());
  // The mark collects by itself, once.
  marks_.push_back(ids.Now(guard));
  // Array buffers are freed by a background thread, after the collection that found them dead.
  if (traces_ || records_stacks_) {
    isolate_.quiescence().Reach(guard);  // a collection more would cost the stacks of objects that have ids
  } else {
    isolate_.LetBackgroundWorkEnd(guard);
  }
  Row row;
  const heap::Totals totals = isolate_.meter().Read(guard);
  row.used_bytes = totals.used_bytes;
  row.allocated_bytes = totals.allocated_bytes;
  row.last_object = marks_.back().last_id;
  for (std::size_t i = 1; i < marks_.size(); ++i) {
    Alive heap;
    for (std::uint32_t n = marks_[i - 1].interval + 1; n <= marks_[i].interval; ++n) {
      heap.bytes += ids.AliveAt(n).bytes;
      heap.count += ids.AliveAt(n).count;
    }
    row.heap.push_back(heap);
    const WindowId window = windows_[i - 1];
    const ledger::Survivors survivors =
        window == WindowId::kInvalid ? ledger::Survivors{} : ledger::CountSurvivors(guard, isolate_.domain(), window);
    row.buffers.push_back(AliveIn(survivors, Space::kBuffers));
    row.native.push_back(AliveIn(survivors, Space::kNative));
  }
  row.handles = CountHandles(guard, isolate_.isolate());
  rows_.push_back(std::move(row));
  windows_.push_back(ledger::Open(guard, isolate_.domain(), 0));
  return windows_.back() != WindowId::kInvalid;
}

}  // namespace memspec::capture
