// A window that rolls: many spans that follow each other without a gap, for the price of one window. Also levels.
#include "ledger/state.h"

namespace memspec::ledger {

WindowFigures Roll(const RecursionGuard&, DomainId domain, WindowId id, std::int64_t heap_used) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return WindowFigures{};
  SpinGuard guard(scope->lock);
  Window* window = scope->IsOwnedBy(domain) ? scope->Find(id) : nullptr;
  if (window == nullptr || window->state != WindowState::kOpen) return WindowFigures{};
  const WindowFigures figures = scope->RollWindow(*window, heap_used);
  window->birth_begin = g_state.scopes.Tick();
  return figures;
}

void TrimLog(const RecursionGuard&, DomainId domain, WindowId id) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return;
  void* old_log = nullptr;
  void* windows = nullptr;  // the scope has them
  void* log = MapOwn(SampleLog::kBytes, Backing::kLazily);
  {
    SpinGuard guard(scope->lock);
    Window* window = scope->IsOwnedBy(domain) ? scope->Find(id) : nullptr;
    if (window != nullptr && window->state == WindowState::kOpen && scope->OnlyWindowHasNoSamples(*window)) {
      old_log = scope->RestartLog(*window, g_state.scopes.Tick());
      scope->AdoptMemory(&windows, &log);
    }
  }
  UnmapOwn(old_log, SampleLog::kBytes, Backing::kLazily);
  UnmapOwn(log, SampleLog::kBytes, Backing::kLazily);
}

Levels LevelsIn(const RecursionGuard&, DomainId domain, WindowId id) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return Levels{};
  SpinGuard guard(scope->lock);
  const Window* window = scope->IsOwnedBy(domain) ? scope->Find(id) : nullptr;
  if (window == nullptr || window->state != WindowState::kOpen) return Levels{};
  return scope->LevelsSince(*window);
}

Levels KnownLevels(const RecursionGuard&) {
  Levels levels{};
  g_state.blocks.AddAlive(levels);
  g_state.mappings.AddAlive(levels);
  return levels;
}

Levels KnownLevels(const RecursionGuard&, DomainId domain) {
  Levels levels{};
  const auto count = [&](std::uint64_t bytes, Space space, DomainId owner) {
    if (owner == domain || owner == DomainId::kHelpers) {
      levels.bytes[static_cast<int>(space)] += static_cast<std::int64_t>(bytes);
    }
  };
  g_state.blocks.ForEach([&](std::uint64_t bytes, Space space, DomainId owner, std::uint32_t) { count(bytes, space, owner); });
  MappingTable::Piece pieces[32];
  std::size_t found;
  for (std::uint64_t from = 0; (found = g_state.mappings.Copy(from, pieces, 32)) != 0;) {
    for (std::size_t i = 0; i < found; ++i) {
      count(pieces[i].end - pieces[i].start, pieces[i].mapping.space, pieces[i].mapping.domain);
    }
    from = pieces[found - 1].start + 1;
  }
  return levels;
}

}  // namespace memspec::ledger
