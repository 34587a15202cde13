#include "ledger/block_table.h"

namespace memspec::ledger {

void BlockTable::Use(Shard& shard, Bucket* buckets, std::size_t count) {
  shard.buckets.store(buckets, std::memory_order_relaxed);
  shard.mask.store(static_cast<std::uint32_t>(count - 1), std::memory_order_relaxed);
  shard.grow_at = static_cast<std::uint32_t>(count * 7 / 2);
  shard.limit = static_cast<std::uint32_t>(count * 9 / 2);
}

void BlockTable::Start() {
  constexpr std::size_t kBytes = kShards * kFirstBuckets * sizeof(Bucket);
  static_assert(kBytes % kHugePage == 0);
  auto* const fresh = static_cast<Bucket*>(MapOwn(kBytes, Backing::kNow));
  Bucket* none = nullptr;
  if (fresh == nullptr || first_.compare_exchange_strong(none, fresh, std::memory_order_acq_rel)) return;
  UnmapOwn(fresh, kBytes, Backing::kNow);  // another thread was faster
}

void BlockTable::GiveBack(Bucket* buckets, std::size_t count) {
  if (count > kFirstBuckets) UnmapOwn(buckets, count * sizeof(Bucket), Backing::kNow);
}

void BlockTable::Grow(Shard& shard, std::size_t from_buckets) {
  if (from_buckets == 0) {
    if (FirstOf(shard) == nullptr) Start();
    Bucket* const first = FirstOf(shard);
    SpinGuard guard(shard.lock);
    if (first != nullptr && BucketsOf(shard) == 0) Use(shard, first, kFirstBuckets);
    return;
  }
  const std::size_t buckets = from_buckets * 2;
  if (buckets > kMostBuckets) return;
  auto* fresh = static_cast<Bucket*>(MapOwn(buckets * sizeof(Bucket), Backing::kNow));
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
        const Bucket& bucket = unused[at];
        for (std::uint64_t used = bucket.tags & kTagHighBits; used != 0; used &= used - 1) {
          const Entry& entry = bucket.entries[static_cast<unsigned>(std::countr_zero(used)) / 8];
          Claim(shard, entry.address).entry() = entry;
        }
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

void BlockTable::Clear() {
  for (Shard& shard : shards_) {
    Bucket* unused = nullptr;
    std::size_t unused_buckets = 0;
    {
      SpinGuard guard(shard.lock);
      Bucket* const first = FirstOf(shard);
      if (BucketsOf(shard) == 0) continue;
      if (BucketsOf(shard) > kFirstBuckets) {
        unused = shard.buckets.load(std::memory_order_relaxed);
        unused_buckets = BucketsOf(shard);
      }
      for (std::size_t at = 0; at < kFirstBuckets; ++at) first[at].tags = 0;
      Use(shard, first, kFirstBuckets);
      shard.count = 0;
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
