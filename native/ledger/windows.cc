// Windows: opening, closing, heap readings, survivors.
#include "ledger/state.h"

namespace memspec::ledger {
namespace {

// Address space for a scope's windows and sample log, mapped before the scope's lock is taken.
class ScopeMemory {
 public:
  ScopeMemory(Scope& scope, DomainId domain) {
    bool needed;
    {
      SpinGuard guard(scope.lock);
      needed = scope.NeedsMemory() || !scope.IsOwnedBy(domain);  // a new owner may give a long log back
    }
    if (!needed) return;
    windows = MapOwn(Scope::kWindowBytes, Backing::kLazily);
    log = MapOwn(SampleLog::kBytes, Backing::kLazily);
  }
  ~ScopeMemory() {  // what the scope did not need
    UnmapOwn(windows, Scope::kWindowBytes, Backing::kLazily);
    UnmapOwn(log, SampleLog::kBytes, Backing::kLazily);
  }
  ScopeMemory(const ScopeMemory&) = delete;
  ScopeMemory& operator=(const ScopeMemory&) = delete;
  void* windows = nullptr;
  void* log = nullptr;
};

}  // namespace

WindowId Open(const RecursionGuard&, DomainId domain, std::int64_t heap_used) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return WindowId::kInvalid;
  ScopeMemory memory(*scope, domain);
  WindowId id = WindowId::kInvalid;
  void* old_log = nullptr;
  {
    SpinGuard guard(scope->lock);
    scope->AdoptMemory(&memory.windows, &memory.log);
    if (!scope->IsOwnedBy(domain)) {
      scope->TakeOver(domain);
      old_log = scope->ResetLogIfUnused(g_state.scopes.Now());
      scope->AdoptMemory(&memory.windows, &memory.log);
    }
    Window* window = scope->OpenWindow(heap_used, &id);
    if (window != nullptr) {
      g_state.scopes.MarkActive(*scope, domain);
      window->birth_begin = g_state.scopes.Tick();
      window->birth_end = 0;
    } else {
      g_state.scopes.Tick();
      g_state.scopes.MarkIdleUnlessOpen(*scope, domain);
    }
  }
  UnmapOwn(old_log, SampleLog::kBytes, Backing::kLazily);
  return id;
}

WindowFigures Close(const RecursionGuard&, DomainId domain, WindowId id, std::int64_t heap_used) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return WindowFigures{};
  SpinGuard guard(scope->lock);
  Window* window = scope->IsOwnedBy(domain) ? scope->Find(id) : nullptr;
  if (window == nullptr || window->state != WindowState::kOpen) return WindowFigures{};
  const WindowFigures figures = scope->CloseWindow(*window, heap_used);
  window->birth_end = g_state.scopes.Tick();
  g_state.scopes.MarkIdleUnlessOpen(*scope, domain);
  return figures;
}

void Forget(const RecursionGuard&, DomainId domain, WindowId id) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return;
  void* old_log = nullptr;
  {
    SpinGuard guard(scope->lock);
    Window* window = scope->IsOwnedBy(domain) ? scope->Find(id) : nullptr;
    if (window == nullptr) return;
    scope->ForgetWindow(*window);
    const std::uint32_t clock = g_state.scopes.Tick();  // it may have been open
    g_state.scopes.MarkIdleUnlessOpen(*scope, domain);
    old_log = scope->ResetLogIfUnused(clock);
  }
  UnmapOwn(old_log, SampleLog::kBytes, Backing::kLazily);
}

void SetHeapLevel(const RecursionGuard&, DomainId domain, std::int64_t heap_used) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return;
  SpinGuard guard(scope->lock);
  if (scope->IsOwnedBy(domain) && scope->HasOpenWindow()) scope->ReadHeap(heap_used);
}

bool WantsHeapReading(const RecursionGuard&, DomainId domain) {
  Scope* scope = g_state.scopes.Of(domain);
  // relaxed: a hint, like the flag itself.
  return scope != nullptr && scope->active.load(std::memory_order_relaxed) == static_cast<std::uint16_t>(domain) &&
         scope->wants_reading();
}

Survivors CountSurvivors(const RecursionGuard&, DomainId domain, WindowId id) {
  Survivors survivors{};
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return survivors;
  std::uint32_t begin;
  std::uint32_t end;
  {
    SpinGuard guard(scope->lock);
    const Window* window = scope->IsOwnedBy(domain) ? scope->Find(id) : nullptr;
    if (window == nullptr || window->state != WindowState::kClosed) return survivors;
    begin = window->birth_begin;
    end = window->birth_end;
  }
  const auto counts = [&](DomainId owner, std::uint32_t birth) {
    return birth >= begin && birth < end &&
           (owner == domain || owner == DomainId::kHelpers || domain == kProcessScope);
  };
  g_state.blocks.ForEach([&](std::uint64_t bytes, Space space, DomainId owner, std::uint32_t birth) {
    if (!counts(owner, birth)) return;
    survivors.bytes[static_cast<int>(space)] += bytes;
    ++survivors.count[static_cast<int>(space)];
  });
  MappingTable::Piece pieces[32];
  std::size_t found;
  for (std::uint64_t from = 0; (found = g_state.mappings.Copy(from, pieces, 32)) != 0;) {
    for (std::size_t i = 0; i < found; ++i) {
      const MappingTable::Piece& piece = pieces[i];
      if (!counts(piece.mapping.domain, piece.mapping.birth)) continue;
      survivors.bytes[static_cast<int>(piece.mapping.space)] += piece.end - piece.start;
      survivors.count[static_cast<int>(piece.mapping.space)] += piece.counts ? 1 : 0;
    }
    from = pieces[found - 1].start + 1;
  }
  return survivors;
}

}  // namespace memspec::ledger
