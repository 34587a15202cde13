#include "ledger/block_table.h"

#include <bit>

namespace memspec::ledger {

void BlockTable::Grow(Shard& shard, std::size_t from_capacity) {
  const std::size_t capacity = from_capacity == 0 ? kFirstCapacity : from_capacity * 2;
  if (capacity > kGreatestCapacity) return;
  auto* fresh = static_cast<Entry*>(MapOwn(capacity * sizeof(Entry), Backing::kNow));
  if (fresh == nullptr) return;  // the shard goes on with what it has, up to its limit

  Entry* unused = fresh;
  std::size_t unused_capacity = capacity;
  {
    SpinGuard guard(shard.lock);
    const std::size_t current = shard.entries == nullptr ? 0 : std::size_t{shard.mask} + 1;
    if (current == from_capacity) {  // else another thread has grown it meanwhile
      unused = shard.entries;
      unused_capacity = current;
      shard.entries = fresh;
      shard.mask = static_cast<std::uint32_t>(capacity - 1);
      shard.shift = static_cast<std::uint32_t>(64 - std::countr_zero(capacity));
      shard.grow_at = static_cast<std::uint32_t>(capacity / 8 * 5);
      shard.limit = static_cast<std::uint32_t>(capacity / 8 * 7);
      for (std::size_t at = 0; at < current; ++at) {
        const Entry& entry = unused[at];
        if (entry.address != 0) *Find(shard, Hash(entry.address), entry.address) = entry;
      }
    }
  }
  UnmapOwn(unused, unused_capacity * sizeof(Entry), Backing::kNow);
}

void BlockTable::SetBirth(std::uint64_t address, const Block& block, std::uint32_t birth) {
  const std::uint64_t hash = Hash(address);
  Shard& shard = ShardOf(hash);
  SpinGuard guard(shard.lock);
  Entry* entry = Find(shard, hash, address);
  if (entry != nullptr && entry->address != 0 && entry->birth == block.birth && entry->sample == block.sample) {
    entry->birth = birth;
  }
}

bool BlockTable::Holds(std::uint64_t address, std::uint32_t sample) {
  const std::uint64_t hash = Hash(address);
  Shard& shard = ShardOf(hash);
  SpinGuard guard(shard.lock);
  const Entry* entry = Find(shard, hash, address);
  return entry != nullptr && entry->address != 0 && entry->sample == sample;
}

void BlockTable::LockAll() {
  for (Shard& shard : shards_) shard.lock.Lock();
}

void BlockTable::UnlockAll() {
  for (Shard& shard : shards_) shard.lock.Unlock();
}

}  // namespace memspec::ledger
