// Which scopes an event belongs to, and the clock that orders births and windows. Any thread.
//
// An event of an isolate's domain goes to that isolate's scope and the process's; one of the helpers' to every scope.
// Only active scopes are touched: O(active scopes) an event, and none costs four loads.
//
// Lock order: an event that belongs to several scopes holds all their locks at once, taken in ascending order of slot,
// the process's last, so that it lies on the same side of every window's edge in all of them. Nothing else takes
// two, and no lock of a table is ever held with a scope's. Under a scope's lock run a few dozen instructions that
// call nothing outside this folder, allocate nothing, and make no system call.
//
// The clock ticks, under the scope's lock, whenever a window opens or closes. A block's birth is the clock's value at
// its event. For "born in the window" to agree exactly with "counted in the window" an event runs between two equal
// readings of the clock, else it starts anew: Open marks the scope active *before* it ticks and Close *after*, so who saw
// the same value twice, and holds the locks, saw the right set of scopes for that value.
// 32 bits: two thousand million measurements.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>

#include "base/ids.h"
#include "ledger/scope.h"

namespace memspec::ledger {

class Scopes {
 public:
  constexpr Scopes() = default;

  // acquire: pairs with Tick, see above.
  std::uint32_t Now() const { return clock_.load(std::memory_order_acquire); }

  // Calls apply(Scope&) for each active scope that counts `domain`, locked. The clock's value at which it happened.
  template <class Apply>
  std::uint32_t Tell(DomainId domain, Apply apply);

  // The scope of a domain or of kProcessScope; nullptr for the helpers, who have none.
  Scope* Of(DomainId domain) {
    if (domain == kProcessScope) return &process();
    return domain == DomainId::kHelpers || SlotOf(domain) == 0 ? nullptr : &scopes_[Slot(domain)];
  }

  // These three with the scope's lock held: mark, then tick, to open; tick, then mark, to close.
  void MarkActive(Scope& scope, DomainId domain);
  std::uint32_t Tick();  // the clock's new value
  void MarkIdleUnlessOpen(Scope& scope, DomainId domain);

  void LockAll();
  void UnlockAll();
  template <class Visit>
  void ForEach(Visit visit) {
    for (Scope& scope : scopes_) visit(scope);
  }

 private:
  static constexpr int kProcessSlot = kMaxDomains;
  static constexpr std::size_t Slot(DomainId domain) { return static_cast<std::size_t>(SlotOf(domain)); }
  Scope& process() { return scopes_[kProcessSlot]; }

  // Event of the helpers, or of an isolate while the process is measured too.
  template <class Apply>
  bool TellSeveral(DomainId domain, std::uint32_t before, Apply apply);

  alignas(64) std::atomic<std::uint32_t> clock_{1};
  std::array<std::atomic<std::uint64_t>, kMaxDomains / 64> active_slots_{};
  std::array<Scope, kMaxDomains + 1> scopes_;  // [0] is never used
};

template <class Apply>
inline std::uint32_t Scopes::Tell(DomainId domain, Apply apply) {
  for (;;) {
    const std::uint32_t before = Now();
    if (domain == DomainId::kHelpers || process().active.load(std::memory_order_acquire) != 0) [[unlikely]] {
      if (TellSeveral(domain, before, apply)) return before;
      continue;
    }
    Scope& scope = scopes_[Slot(domain)];
    // acquire: who sees the mark of an Open or a Close also sees what the clock said when it was made.
    if (scope.active.load(std::memory_order_acquire) != static_cast<std::uint16_t>(domain)) {
      if (Now() == before) return before;
      continue;
    }
    SpinGuard guard(scope.lock);
    if (Now() != before) [[unlikely]] continue;
    apply(scope);
    return before;
  }
}

template <class Apply>
__attribute__((noinline)) bool Scopes::TellSeveral(DomainId domain, std::uint32_t before, Apply apply) {
  Scope* locked[kMaxDomains + 1];
  int count = 0;
  const auto lock_if_active = [&](Scope& scope) {
    if (scope.active.load(std::memory_order_acquire) == 0) return;
    scope.lock.Lock();
    locked[count++] = &scope;
  };
  if (domain == DomainId::kHelpers) {
    for (std::size_t word = 0; word < active_slots_.size(); ++word) {
      std::uint64_t bits = active_slots_[word].load(std::memory_order_acquire);
      for (; bits != 0; bits &= bits - 1) {
        lock_if_active(scopes_[word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits))]);
      }
    }
  } else if (scopes_[Slot(domain)].active.load(std::memory_order_acquire) == static_cast<std::uint16_t>(domain)) {
    lock_if_active(scopes_[Slot(domain)]);
  }
  lock_if_active(process());
  const bool undisturbed = Now() == before;
  for (int i = 0; i < count; ++i) {
    if (undisturbed) apply(*locked[i]);
    locked[i]->lock.Unlock();
  }
  return undisturbed;
}

}  // namespace memspec::ledger
