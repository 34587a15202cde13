#include "ledger/ledger.h"

#include "ledger/state.h"

namespace memspec::ledger {

constinit State g_state;

namespace {

std::uint64_t NumberOf(const void* address) { return reinterpret_cast<std::uint64_t>(address); }

void TellFreed(std::uint64_t address, const Block& block) {
  g_state.scopes.Tell(block.domain, [&](Scope& scope) {
    if (block.sample != 0 && scope.LogKnows(block.birth)) {
      scope.log().Append(LogKind::kFreed, block.space, address, block.sample);
    }
    scope.CountFree(block.space, block.bytes, true, block.domain, block.birth);
  });
}

void TellFreedUnseen(std::uint64_t address, const Block& block) {
  g_state.scopes.Tell(block.domain, [](Scope& scope) { ++scope.losses().unseen_frees; });
  TellFreed(address, block);
}

void TellDropped(DomainId domain) {
  g_state.scopes.Tell(domain, [](Scope& scope) { ++scope.losses().blocks_dropped; });
}

}  // namespace

void Expect(const void* address) { g_state.blocks.Expect(NumberOf(address)); }

bool Allocate(const RecursionGuard&, void* address, std::size_t bytes, Space space, DomainId domain,
              const Sample& sample) {
  const std::uint64_t at = NumberOf(address);
  if (at == 0) return true;
  const bool sampled = sample.stack != StackId::kNone;
  Block block{bytes, sampled ? 1u : 0u, g_state.scopes.Now(), domain, space};
  Block old;
  switch (g_state.blocks.Insert(at, block, &old)) {
    case BlockTable::Inserted::kNew:
      break;
    case BlockTable::Inserted::kReplaced:
      TellFreedUnseen(at, old);
      break;
    case BlockTable::Inserted::kNoRoom:
      TellDropped(domain);
      return false;
  }
  const std::uint32_t birth = g_state.scopes.Tell(domain, [&](Scope& scope) {
    if (sampled) scope.log().AppendWithWeight(LogKind::kAllocated, space, at, block.sample, sample);
    scope.CountAllocation(space, bytes);
  });
  // A window opened or closed between the two steps: the block was born when the scopes heard of it.
  if (birth != block.birth) [[unlikely]] g_state.blocks.SetBirth(at, block, birth);
  return true;
}

bool Free(const RecursionGuard&, void* address, Block* was) {
  const std::uint64_t at = NumberOf(address);
  if (!g_state.blocks.Remove(at, was)) return false;
  TellFreed(at, *was);
  return true;
}

void ForgetBlocks(const RecursionGuard&) {
  g_state.blocks.Clear();
  g_state.mappings.Clear();
}

void CountUnknownFree(const RecursionGuard&, DomainId of_thread) {
  g_state.scopes.Tell(of_thread, [](Scope& scope) { ++scope.losses().unknown_frees; });
}

void Restore(const RecursionGuard&, void* address, const Block& block) {
  const std::uint64_t at = NumberOf(address);
  Block old;
  switch (g_state.blocks.Reinsert(at, block, &old)) {
    case BlockTable::Inserted::kNew:
      break;
    case BlockTable::Inserted::kReplaced:
      TellFreedUnseen(at, old);
      break;
    case BlockTable::Inserted::kNoRoom:
      TellDropped(block.domain);
      return;
  }
  g_state.scopes.Tell(block.domain, [&](Scope& scope) {
    if (block.sample != 0 && scope.LogKnows(block.birth)) {
      scope.log().Append(LogKind::kRestored, block.space, at, block.sample);
    }
    scope.CountRestored(block.space, block.bytes, block.domain, block.birth);
  });
}

std::uint64_t OwnBytes() {
  std::uint64_t bytes = sizeof(State) + OwnCommittedBytes() + g_state.mappings.touched_bytes();
  g_state.scopes.ForEach([&](Scope& scope) {
    SpinGuard guard(scope.lock);
    bytes += scope.touched_bytes();
  });
  return bytes;
}

void LockAllForFork() {
  // No thread waits for one of these while it holds another, but for scopes in this order: no deadlock.
  g_state.blocks.LockAll();
  g_state.mappings.LockAll();
  g_state.scopes.LockAll();
}

void UnlockAfterFork() {
  g_state.scopes.UnlockAll();
  g_state.mappings.UnlockAll();
  g_state.blocks.UnlockAll();
}

}  // namespace memspec::ledger
