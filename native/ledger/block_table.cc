#include "ledger/block_table.h"

#include <algorithm>

namespace memspec::ledger {

void BlockTable::Use(Shard& shard, Bucket* buckets, std::size_t count) {
  shard.buckets.store(buckets, std::memory_order_relaxed);
  shard.mask.store(static_cast<std::uint32_t>(count - 1), std::memory_order_relaxed);
  shard.grow_at = static_cast<std::uint32_t>(count * 7 / 2);
  shard.limit = static_cast<std::uint32_t>(count * 9 / 2);
}

BlockTable::Bucket* BlockTable::TableFor(const Shard& shard, std::size_t count) {
  if (!IsShared(count)) return static_cast<Bucket*>(MapOwn(count * sizeof(Bucket), Backing::kNow));
  const std::size_t bytes = kShards * count * sizeof(Bucket);
  static_assert(kShards * kFirstBuckets * sizeof(Bucket) % kHugePage == 0);
  std::atomic<Bucket*>& shared = shared_[static_cast<std::size_t>(std::countr_zero(count / kFirstBuckets))];
  Bucket* tables = shared.load(std::memory_order_acquire);
  if (tables == nullptr) {
    auto* const fresh = static_cast<Bucket*>(MapOwn(bytes, Backing::kNow));
    if (fresh == nullptr) return nullptr;
    if (shared.compare_exchange_strong(tables, fresh, std::memory_order_acq_rel)) {
      tables = fresh;
    } else {
      UnmapOwn(fresh, bytes, Backing::kNow);  // another thread was faster
    }
  }
  return tables + static_cast<std::size_t>(&shard - shards_.data()) * count;
}

void BlockTable::GiveBack(Bucket* buckets, std::size_t count) {
  if (!IsShared(count)) UnmapOwn(buckets, count * sizeof(Bucket), Backing::kNow);
}

void BlockTable::Grow(Shard& shard, std::size_t from_buckets) {
  const std::size_t buckets = from_buckets == 0 ? kFirstBuckets : from_buckets * 2;
  if (buckets > kMostBuckets) return;
  Bucket* const fresh = TableFor(shard, buckets);
  if (fresh == nullptr) return;  // the shard goes on with what it has, up to its limit

  Bucket* unused = fresh;
  std::size_t unused_buckets = buckets;
  {
    SpinGuard guard(shard.lock);
    const std::size_t current = BucketsOf(shard);
    if (current == from_buckets) {  // else another thread has grown it meanwhile
      unused = shard.buckets.load(std::memory_order_relaxed);
      unused_buckets = current;
      Use(shard, fresh, buckets);
      for (std::size_t at = 0; at < current; ++at) {
        Bucket& bucket = unused[at];
        for (std::uint64_t used = bucket.tags & kTagHighBits; used != 0; used &= used - 1) {
          const Entry& entry = bucket.entries[static_cast<unsigned>(std::countr_zero(used)) / 8];
          Claim(shard, entry.address).entry() = entry;
        }
        bucket.tags = 0;
      }
    }
  }
  GiveBack(unused, unused_buckets);
}

void BlockTable::SetBirth(std::uint64_t address, const Block& block, std::uint32_t birth) {
  Shard& shard = ShardOf(address);
  SpinGuard guard(shard.lock);
  const Place place = Find(shard, address);
  if (place.bucket != nullptr && place.entry().birth == block.birth && place.entry().sample == block.sample) {
    place.entry().birth = birth;
  }
}

bool BlockTable::Holds(std::uint64_t address, std::uint32_t sample) {
  Shard& shard = ShardOf(address);
  SpinGuard guard(shard.lock);
  const Place place = Find(shard, address);
  return place.bucket != nullptr && place.entry().sample == sample;
}

void BlockTable::AddAlive(Levels& levels) {
  for (Shard& shard : shards_) {
    SpinGuard guard(shard.lock);
    for (int space = 0; space < kSpaceCount; ++space) levels.bytes[space] += static_cast<std::int64_t>(shard.alive_bytes[space]);
  }
}

void BlockTable::Clear() {
  for (Shard& shard : shards_) {
    Bucket* unused = nullptr;
    std::size_t unused_buckets = 0;
    {
      SpinGuard guard(shard.lock);
      unused_buckets = BucketsOf(shard);
      if (unused_buckets == 0) continue;
      unused = shard.buckets.load(std::memory_order_relaxed);
      if (IsShared(unused_buckets)) {
        for (std::size_t at = 0; at < unused_buckets; ++at) unused[at].tags = 0;
      } else {
        Use(shard, TableFor(shard, kFirstBuckets), kFirstBuckets);  // it is there: no memory is mapped
      }
      shard.count = 0;
      std::ranges::fill(shard.alive_bytes, 0);
    }
    GiveBack(unused, unused_buckets);
  }
}

void BlockTable::LockAll() {
  for (Shard& shard : shards_) shard.lock.Lock();
}

void BlockTable::UnlockAll() {
  for (Shard& shard : shards_) shard.lock.Unlock();
}

}  // namespace memspec::ledger
