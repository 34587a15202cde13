#include "heap/meter.h"

#include <cstring>

#include <algorithm>

#include "base/clock.h"
#include "ledger/ledger.h"

namespace memspec::heap {

namespace {

// By value: the name of the second changed between V8's versions (MinorMarkCompact, MinorMarkSweep).
constexpr int kCollections = v8::kGCTypeScavenge | (1 << 1) | v8::kGCTypeMarkSweepCompact;

}  // namespace

Meter::Meter(v8::Isolate* isolate, DomainId scope) : isolate_(isolate), scope_(scope) {
  const int count = static_cast<int>(isolate->NumberOfHeapSpaces());
  for (int i = 0; i < count && space_count_ < kMaxSpaces; ++i) {
    v8::HeapSpaceStatistics space;
    if (!isolate->GetHeapSpaceStatistics(&space, static_cast<std::size_t>(i))) continue;
    const bool engine = std::strstr(space.space_name(), "code") != nullptr ||
                        std::strstr(space.space_name(), "trusted") != nullptr ||
                        std::strstr(space.space_name(), "read_only") != nullptr;
    if (!engine) spaces_[space_count_++] = i;
  }
}

Meter::~Meter() {
  RecursionGuard guard;
  if (users_ > 0) {
    users_ = 1;
    TurnOff(guard);
  }
}

std::int64_t Meter::UsedNow() const {
  std::int64_t used = 0;
  for (int i = 0; i < space_count_; ++i) {
    v8::HeapSpaceStatistics space;
    isolate_->GetHeapSpaceStatistics(&space, static_cast<std::size_t>(spaces_[i]));
    used += static_cast<std::int64_t>(space.space_used_size());
  }
  return used - own_bytes_;
}

void Meter::TurnOn(const RecursionGuard&) {
  if (users_++ > 0) return;
  isolate_->AddGCPrologueCallback(OnPrologue, this, v8::kGCTypeAll);
  isolate_->AddGCEpilogueCallback(OnEpilogue, this, v8::kGCTypeAll);
  own_bytes_ = 0;
  depth_ = 0;
  totals_.used_bytes = UsedNow();
}

void Meter::TurnOff(const RecursionGuard&) {
  if (--users_ > 0) return;
  isolate_->RemoveGCPrologueCallback(OnPrologue, this);
  isolate_->RemoveGCEpilogueCallback(OnEpilogue, this);
}

void Meter::Advance(std::int64_t used) {
  // Shrinking without a collection (an array trimmed in place) frees nothing that was allocated since: not negative.
  if (used > totals_.used_bytes) totals_.allocated_bytes += static_cast<std::uint64_t>(used - totals_.used_bytes);
  totals_.used_bytes = used;
}

void Meter::TellLedger(const RecursionGuard& guard) const {
  ledger::SetHeapLevel(guard, scope_, totals_.used_bytes);
  if (process_users_ > 0) ledger::SetHeapLevel(guard, ledger::kProcessScope, totals_.used_bytes);
}

Totals Meter::Read(const RecursionGuard&) {
  Advance(UsedNow());
  return totals_;
}

void Meter::ReadForLedger(const RecursionGuard& guard) {
  if (depth_ > 0 || users_ == 0) return;
  Advance(UsedNow());
  TellLedger(guard);
}

void Meter::BeginOwn(const RecursionGuard&) {
  Advance(UsedNow());
  own_began_ = totals_.used_bytes;
}

std::int64_t Meter::EndOwn(const RecursionGuard&) {
  const std::int64_t own = std::max<std::int64_t>(0, UsedNow() - own_began_);
  own_bytes_ += own;
  return own;
}

void Meter::ReleaseOwn(const RecursionGuard&, std::int64_t bytes) {
  own_bytes_ -= bytes;
  totals_.used_bytes += bytes;  // they become garbage: a higher level, but nothing that the program allocated
}

std::int64_t Meter::CommittedNow() const {
  std::int64_t committed = 0;
  for (int i = 0; i < space_count_; ++i) {
    v8::HeapSpaceStatistics space;
    isolate_->GetHeapSpaceStatistics(&space, static_cast<std::size_t>(spaces_[i]));
    committed += static_cast<std::int64_t>(space.space_size());
  }
  return committed;
}

void Meter::Listen(Listener listener, void* self) {
  if (listener_count_ < kMaxListeners) listening_[listener_count_++] = {listener, self};
}

void Meter::Unlisten(void* self) {
  for (int i = 0; i < listener_count_; ++i) {
    if (listening_[i].self != self) continue;
    listening_[i] = listening_[--listener_count_];
    return;
  }
}

void Meter::TellListeners(const RecursionGuard& guard, std::int64_t used, bool ended, bool major) const {
  for (int i = 0; i < listener_count_; ++i) listening_[i].listener(guard, listening_[i].self, used, ended, major);
}

void Meter::Watch(LivePeak& peak) {
  peak.highest_bytes = -1;
  peak.next = watching_;
  watching_ = &peak;
}

void Meter::Unwatch(LivePeak& peak) {
  for (LivePeak** link = &watching_; *link != nullptr; link = &(*link)->next) {
    if (*link != &peak) continue;
    *link = peak.next;
    return;
  }
}

void Meter::OnPrologue(v8::Isolate*, v8::GCType type, v8::GCCallbackFlags, void* self) {
  RecursionGuard guard;
  auto& meter = *static_cast<Meter*>(self);
  if (meter.depth_++ > 0) return;
  meter.collection_began_ns_ = NowNs();
  meter.Advance(meter.UsedNow());
  meter.TellLedger(guard);
  if ((type & kCollections) == 0) return;
  meter.TellListeners(guard, meter.totals_.used_bytes, false, type == v8::kGCTypeMarkSweepCompact);
}

void Meter::OnEpilogue(v8::Isolate*, v8::GCType type, v8::GCCallbackFlags, void* self) {
  RecursionGuard guard;
  auto& meter = *static_cast<Meter*>(self);
  if (meter.depth_ > 0 && --meter.depth_ > 0) return;
  const std::int64_t used = meter.UsedNow();
  meter.totals_.used_bytes = used;
  meter.TellLedger(guard);
  if ((type & kCollections) == 0) return;
  for (LivePeak* peak = meter.watching_; peak != nullptr; peak = peak->next) {
    peak->highest_bytes = std::max(peak->highest_bytes, used);
  }
  meter.totals_.collections += 1;
  meter.totals_.collection_ns += NowNs() - meter.collection_began_ns_;
  const bool major = type == v8::kGCTypeMarkSweepCompact;
  if (major) meter.totals_.major_collections += 1;
  meter.TellListeners(guard, used, true, major);
}

}  // namespace memspec::heap
