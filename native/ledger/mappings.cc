// Mapping events: the table's pieces, told to the scopes.
#include "ledger/state.h"

namespace memspec::ledger {
namespace {

// One piece at a time, each told on its own: the range may hold any number, of any domain.
void RemoveRange(std::uint64_t start, std::size_t bytes) {
  const std::uint64_t first_page = start & ~(std::uint64_t{PageSize()} - 1);
  const std::uint64_t end = RoundUpToPage(start + bytes);
  MappingTable::Removed removed;
  while (g_state.mappings.RemoveOne(first_page, end, &removed)) {
    const Mapping& mapping = removed.mapping;
    g_state.scopes.Tell(mapping.domain, [&](Scope& scope) {
      if (mapping.sample != 0 && removed.bytes != 0 && scope.LogKnows(mapping.birth)) {
        scope.log().Append(LogKind::kUnmapped, mapping.space, removed.bytes, mapping.sample);
      }
      scope.CountFree(mapping.space, removed.bytes, removed.whole, mapping.domain, mapping.birth);
      if (removed.dropped_rest) ++scope.losses().blocks_dropped;
    });
  }
}

// False: another thread's mapping is there; nothing was counted.
bool InsertRange(std::uint64_t start, std::uint64_t end, Space space, DomainId domain, const Sample& sample) {
  const bool sampled = sample.stack != StackId::kNone;
  Mapping mapping{end - start, sampled ? 1u : 0u, g_state.scopes.Now(), domain, space};
  switch (g_state.mappings.Insert(start, end, mapping)) {
    case MappingTable::Inserted::kTaken:
      return false;
    case MappingTable::Inserted::kNoRoom:
      g_state.scopes.Tell(domain, [](Scope& scope) { ++scope.losses().blocks_dropped; });
      return true;
    case MappingTable::Inserted::kYes:
      break;
  }
  const std::uint32_t birth = g_state.scopes.Tell(domain, [&](Scope& scope) {
    if (sampled) scope.log().AppendWithWeight(LogKind::kMapped, space, mapping.bytes, mapping.sample, sample);
    scope.CountAllocation(space, mapping.bytes);
  });
  if (birth != mapping.birth) [[unlikely]] g_state.mappings.SetBirth(start, mapping, birth);
  return true;
}

}  // namespace

void Map(const RecursionGuard&, void* address, std::size_t bytes, Space space, DomainId domain, const Sample& sample) {
  const auto start = reinterpret_cast<std::uint64_t>(address);
  if (bytes == 0) return;
  // Two threads may report the same range at once; the second one replaces the first one's mapping.
  do {
    RemoveRange(start, bytes);
  } while (!InsertRange(start, start + bytes, space, domain, sample));
}

void Commit(const RecursionGuard&, void* address, std::size_t bytes, Space space, DomainId domain,
            const Sample& sample) {
  const auto start = reinterpret_cast<std::uint64_t>(address);
  const std::uint64_t end = start + bytes;
  std::uint64_t gap_start = start;
  std::uint64_t gap_end = start;
  bool first = true;
  for (std::uint64_t at = start; at < end && g_state.mappings.FindGap(at, end, &gap_start, &gap_end);) {
    // The sample stands for the whole range; each new part gets its share of the bytes, the first one the count.
    Sample part = sample;
    const double share = static_cast<double>(gap_end - gap_start) / static_cast<double>(bytes);
    part.weight_bytes = static_cast<std::uint64_t>(static_cast<double>(sample.weight_bytes) * share + 0.5);
    if (!first) part.weight_count = 0;
    if (!InsertRange(gap_start, gap_end, space, domain, part)) continue;  // the gap has just been filled: look again
    first = false;
    at = gap_end;
  }
}

void Unmap(const RecursionGuard&, void* address, std::size_t bytes) {
  const auto start = reinterpret_cast<std::uint64_t>(address);
  if (bytes != 0) RemoveRange(start, bytes);
}

bool IsMapped(const RecursionGuard&, const void* address) {
  return g_state.mappings.Covers(reinterpret_cast<std::uint64_t>(address));
}

}  // namespace memspec::ledger
