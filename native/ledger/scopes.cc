#include "ledger/scopes.h"

namespace memspec::ledger {
namespace {
constexpr std::uint64_t BitOf(int slot) { return std::uint64_t{1} << (slot % 64); }
}  // namespace

std::uint32_t Scopes::Tick() {
  // release: who sees the new value also sees the marks made before it.
  return clock_.fetch_add(1, std::memory_order_acq_rel) + 1;
}

void Scopes::MarkActive(Scope& scope, DomainId domain) {
  scope.active.store(static_cast<std::uint16_t>(domain), std::memory_order_release);
  if (domain != kProcessScope) {
    active_slots_[Slot(domain) / 64].fetch_or(BitOf(SlotOf(domain)), std::memory_order_acq_rel);
  }
}

void Scopes::MarkIdleUnlessOpen(Scope& scope, DomainId domain) {
  if (scope.HasOpenWindow()) return;
  if (domain != kProcessScope) {
    active_slots_[Slot(domain) / 64].fetch_and(~BitOf(SlotOf(domain)), std::memory_order_acq_rel);
  }
  scope.active.store(0, std::memory_order_release);
}

void Scopes::LockAll() {
  for (Scope& scope : scopes_) scope.lock.Lock();
}

void Scopes::UnlockAll() {
  for (Scope& scope : scopes_) scope.lock.Unlock();
}

}  // namespace memspec::ledger
