// Live blocks by address. Any thread; sharded by a hash of the address's region, one spin lock per shard, never two at
// once, never anything else while one is held.
//
// A shard is an array of buckets of two cache lines: five entries, a tag byte for each (compared all at once, so that a
// look-up takes no branch that depends on chance), and a count of the entries that wanted this bucket, found it full
// and went to a later one. Where an address goes follows the memory itself: a region of 16 KiB begins at a bucket by
// chance and its neighbourhoods of 128 B take the buckets after it. What a program allocates together it mostly frees
// together, and its allocator puts side by side, so such blocks share cache lines here, too. (A hash of the whole
// address makes nearly every look-up a cache miss in a program that works on its memory: that was half the cost.) The count makes deletion free of tombstones: a table that has seen a billion frees probes as
// fast as a new one.
//
// Capacity: all shards start with kFirstBuckets and double at 7/2 entries a bucket. Tables of the first sizes lie together,
// all shards' of one size in one mapping of huge pages that is there for good: mapped one by one, ordinary page by page, they
// cost more time than what is done in them. The new table is mapped and its pages brought in *outside* the lock; entries move
// over under it. When the kernel refuses, the shard is filled up to 9/2 entries a bucket and then blocks are dropped, which the
// caller counts. Tables never shrink: a program that once held n blocks will again, and what they hold is shown by OwnBytes().
#pragma once
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/own_memory.h"
#include "base/spin_lock.h"
#include "ledger/ledger.h"

namespace memspec::ledger {

class BlockTable {
 public:
  enum class Inserted : std::uint8_t { kNew, kReplaced, kNoRoom };

  constexpr BlockTable() = default;

  void Expect(std::uint64_t address) const { Prefetch(ShardOf(address), address); }

  // block.sample != 0 on entry: the block is sampled, and gets the shard's next sample number, which tells it from
  // every other sampled block that lives at this address before or after. kReplaced: `old` was here and its free was
  // not seen.
  Inserted Insert(std::uint64_t address, Block& block, Block* old);
  // As Insert, but the block keeps its sample number.
  Inserted Reinsert(std::uint64_t address, const Block& block, Block* old);
  bool Remove(std::uint64_t address, Block* was);
  // The block inserted with `block`'s birth turns out to be born later: a window opened or closed meanwhile.
  void SetBirth(std::uint64_t address, const Block& block, std::uint32_t birth);
  bool Holds(std::uint64_t address, std::uint32_t sample);
  // Adds the bytes that are alive, by space. Each shard's are those of one moment.
  void AddAlive(Levels& levels);

  // Calls visit(bytes, space, domain, birth) for every block, with the lock of its shard held.
  template <class Visit>
  void ForEach(Visit visit);

  // Forgets all. What the shards have together stays.
  void Clear();

  void LockAll();
  void UnlockAll();

 private:
  // 46 bits of size are 64 TiB, more than one block can have.
  struct Entry {
    std::uint64_t address;
    std::uint64_t packed;  // bytes << 18 | domain << 2 | space
    std::uint32_t sample;
    std::uint32_t birth;

    Space space() const { return static_cast<Space>(packed & 3); }
    DomainId domain() const { return static_cast<DomainId>((packed >> 2) & 0xffff); }
    std::uint64_t bytes() const { return packed >> 18; }
    Block ToBlock() const { return Block{bytes(), sample, birth, domain(), space()}; }
  };
  static_assert(sizeof(Entry) == 24);
  static_assert(kSpaceCount <= 4 && sizeof(DomainId) == 2);

  static constexpr unsigned kEntriesInBucket = 5;
  struct alignas(128) Bucket {
    std::uint64_t tags;  // bytes 0 to 4: an entry's tag, 0: empty; byte 5: passed over, kManyPassed: no longer known
    Entry entries[kEntriesInBucket];
  };
  static_assert(sizeof(Bucket) == 128);
  static constexpr std::uint64_t kTagBytes = 0x01'0101'0101;
  static constexpr std::uint64_t kTagHighBits = kTagBytes << 7;
  static constexpr unsigned kPassedShift = 40;
  static constexpr std::uint64_t kOnePassed = std::uint64_t{1} << kPassedShift;
  static constexpr std::uint64_t kManyPassed = 0xff;

  struct alignas(64) Shard {
    SpinLock lock;
    std::uint32_t last_sample = 0;
    // Written under the lock; read without it only by Prefetch. relaxed: the lock orders them.
    std::atomic<Bucket*> buckets{nullptr};
    std::atomic<std::uint32_t> mask{0};  // buckets - 1
    std::uint32_t count = 0;             // entries
    std::uint32_t grow_at = 0;           // try to grow at this count
    std::uint32_t limit = 0;             // never hold more than this
    std::uint64_t alive_bytes[kSpaceCount] = {};

    void Count(const Block& block) { alive_bytes[static_cast<std::size_t>(block.space)] += block.bytes; }
    void CountFreed(const Block& block) { alive_bytes[static_cast<std::size_t>(block.space)] -= block.bytes; }
  };
  // What an event touches of it is one cache line. (A lock that is checked knows its holder.)
  static_assert(sizeof(Shard) == 64 || sizeof(SpinLock) > sizeof(std::uint32_t));

  static constexpr int kShardBits = 6;
  static constexpr std::size_t kShards = std::size_t{1} << kShardBits;
  static constexpr int kNeighbourhoodBits = 7;  // bytes whose blocks share a bucket: at most four of glibc's fit there
  static constexpr int kRegionBits = 14;        // bytes whose neighbourhoods have consecutive buckets
  static constexpr std::size_t kFirstBuckets = 256;
  static constexpr int kSharedSizes = 2;  // of the first tables: 2 MB and 4 MB for all shards together
  static constexpr std::size_t kMostBuckets = std::size_t{1} << 29;

  static std::size_t BucketsOf(const Shard& shard) {
    if (shard.buckets.load(std::memory_order_relaxed) == nullptr) return 0;
    return std::size_t{shard.mask.load(std::memory_order_relaxed)} + 1;
  }
  static constexpr bool IsShared(std::size_t count) { return count < kFirstBuckets << kSharedSizes; }
  static std::uint64_t Mix(std::uint64_t bits) { return bits * 0x9e3779b97f4a7c15u; }

  // Where to look for an address, in order: the bucket of its neighbourhood; when that is full, the one beside it; when
  // blocks lie dense here, one by chance, for those around are as full; and those after it.
  class Probe {
   public:
    Probe(std::uint64_t address, std::uint32_t mask) : address_(address), mask_(mask) {
      const auto region = static_cast<std::uint32_t>(Mix(address >> kRegionBits) >> kLowMixedBits);
      at_ = (region + static_cast<std::uint32_t>(address >> kNeighbourhoodBits)) & mask;
    }
    std::uint32_t at() const { return at_; }
    void Next() {
      ++steps_;
      if (steps_ == 1) {
        at_ ^= 1;
      } else {
        at_ = (steps_ == 2 ? static_cast<std::uint32_t>(Mix(address_ >> 4) >> 32) : at_ + 1) & mask_;
      }
    }

   private:
    static constexpr int kLowMixedBits = 20;  // the lowest bits of a product are those of few factors' bits
    const std::uint64_t address_;
    const std::uint32_t mask_;
    std::uint32_t at_;
    std::uint32_t steps_ = 0;
  };

  // Never 0, which is an empty place. The bits that tell the blocks of one neighbourhood apart, and some more.
  static std::uint64_t Tag(std::uint64_t address) {
    return ((address >> 4) & 0x7) | ((Mix(address >> kNeighbourhoodBits) >> 57) & 0x78) | 0x80;
  }
  static std::size_t ShardNumber(std::uint64_t address) { return Mix(address >> kRegionBits) >> (64 - kShardBits); }
  Shard& ShardOf(std::uint64_t address) { return shards_[ShardNumber(address)]; }
  const Shard& ShardOf(std::uint64_t address) const { return shards_[ShardNumber(address)]; }

  // Taking the lock waits for earlier stores and holds up later loads; the bucket can be on its way meanwhile. A table
  // that has just been replaced or a half-seen one makes a useless prefetch, which cannot fault.
  static void Prefetch(const Shard& shard, std::uint64_t address) {
    const auto buckets = reinterpret_cast<std::uintptr_t>(shard.buckets.load(std::memory_order_relaxed));
    const Probe probe(address, shard.mask.load(std::memory_order_relaxed));
    const std::uintptr_t bucket = buckets + std::uintptr_t{probe.at()} * sizeof(Bucket);
    __builtin_prefetch(reinterpret_cast<const void*>(bucket), 1);
    __builtin_prefetch(reinterpret_cast<const void*>(bucket + 64), 1);
  }

  struct Place {
    Bucket* bucket;  // nullptr: not found
    unsigned slot;
    Entry& entry() const { return bucket->entries[slot]; }
  };
  static Place Find(const Shard& shard, std::uint64_t address);
  // An empty place for `address`; there is one (count < limit).
  static Place Claim(Shard& shard, std::uint64_t address);
  static void Release(Shard& shard, std::uint64_t address, const Place& place);

  Inserted Put(std::uint64_t address, Block& block, Block* old, bool number_sample);
  static void Use(Shard& shard, Bucket* buckets, std::size_t count);
  void Grow(Shard& shard, std::size_t from_buckets);
  // An empty table for the shard, which nobody else can be given; nullptr: no memory.
  Bucket* TableFor(const Shard& shard, std::size_t count);
  void GiveBack(Bucket* buckets, std::size_t count);

  // Tables of kFirstBuckets << size for all shards, set once. acquire and release: their pages were made before. A table that
  // its shard does not use has no entries.
  std::array<std::atomic<Bucket*>, kSharedSizes> shared_{};

  std::array<Shard, kShards> shards_;
};

inline BlockTable::Place BlockTable::Find(const Shard& shard, std::uint64_t address) {
  Bucket* const buckets = shard.buckets.load(std::memory_order_relaxed);
  if (buckets == nullptr) [[unlikely]] return {nullptr, 0};
  const std::uint64_t wanted = Tag(address) * kTagBytes;
  const std::uint32_t mask = shard.mask.load(std::memory_order_relaxed);
  Probe probe(address, mask);
  // Bounded: every bucket may have been passed over at some time. Two steps come before the round.
  for (std::uint32_t seen = 0; seen <= mask + 2; ++seen, probe.Next()) {
    Bucket& bucket = buckets[probe.at()];
    const std::uint64_t differs = bucket.tags ^ wanted;
    // A byte that is 0 sets its high bit; one above it may too (borrow), and the address settles that.
    for (std::uint64_t hits = (differs - kTagBytes) & ~differs & kTagHighBits; hits != 0; hits &= hits - 1) {
      const auto slot = static_cast<unsigned>(std::countr_zero(hits)) / 8;
      if (bucket.entries[slot].address == address) [[likely]] return {&bucket, slot};
    }
    if (bucket.tags >> kPassedShift == 0) [[likely]] break;
  }
  return {nullptr, 0};
}

inline BlockTable::Place BlockTable::Claim(Shard& shard, std::uint64_t address) {
  Bucket* const buckets = shard.buckets.load(std::memory_order_relaxed);
  for (Probe probe(address, shard.mask.load(std::memory_order_relaxed));; probe.Next()) {
    Bucket& bucket = buckets[probe.at()];
    const std::uint64_t empty = ~bucket.tags & kTagHighBits;
    if (empty != 0) [[likely]] {
      const auto slot = static_cast<unsigned>(std::countr_zero(empty)) / 8;
      bucket.tags |= Tag(address) << (slot * 8);
      return {&bucket, slot};
    }
    if (bucket.tags >> kPassedShift != kManyPassed) bucket.tags += kOnePassed;
  }
}

inline void BlockTable::Release(Shard& shard, std::uint64_t address, const Place& place) {
  Bucket* const buckets = shard.buckets.load(std::memory_order_relaxed);
  place.bucket->tags &= ~(std::uint64_t{0xff} << (place.slot * 8));
  Probe probe(address, shard.mask.load(std::memory_order_relaxed));
  for (; &buckets[probe.at()] != place.bucket; probe.Next()) [[unlikely]] {
    Bucket& passed = buckets[probe.at()];
    if (passed.tags >> kPassedShift != kManyPassed) passed.tags -= kOnePassed;
  }
}

inline BlockTable::Inserted BlockTable::Put(std::uint64_t address, Block& block, Block* old, bool number_sample) {
  Shard& shard = ShardOf(address);
  Prefetch(shard, address);
  shard.lock.Lock();
  if (shard.count >= shard.grow_at) [[unlikely]] {
    const std::size_t buckets = BucketsOf(shard);
    shard.lock.Unlock();
    Grow(shard, buckets);
    shard.lock.Lock();
  }
  Place place = Find(shard, address);
  Inserted result = Inserted::kNew;
  if (place.bucket != nullptr) [[unlikely]] {
    *old = place.entry().ToBlock();
    shard.CountFreed(*old);
    result = Inserted::kReplaced;
  } else if (shard.count >= shard.limit) [[unlikely]] {
    shard.lock.Unlock();
    return Inserted::kNoRoom;
  } else {
    place = Claim(shard, address);
    ++shard.count;
  }
  if (number_sample && block.sample != 0) {
    if (++shard.last_sample == 0) shard.last_sample = 1;
    block.sample = shard.last_sample;
  }
  const std::uint64_t packed = block.bytes << 18 | static_cast<std::uint64_t>(block.domain) << 2 |
                               static_cast<std::uint64_t>(block.space);
  place.entry() = Entry{address, packed, block.sample, block.birth};
  shard.Count(block);
  shard.lock.Unlock();
  return result;
}

inline BlockTable::Inserted BlockTable::Insert(std::uint64_t address, Block& block, Block* old) {
  return Put(address, block, old, true);
}

inline BlockTable::Inserted BlockTable::Reinsert(std::uint64_t address, const Block& block, Block* old) {
  Block copy = block;
  return Put(address, copy, old, false);
}

inline bool BlockTable::Remove(std::uint64_t address, Block* was) {
  Shard& shard = ShardOf(address);
  Prefetch(shard, address);
  SpinGuard guard(shard.lock);
  const Place place = Find(shard, address);
  if (place.bucket == nullptr) return false;
  *was = place.entry().ToBlock();
  Release(shard, address, place);
  shard.CountFreed(*was);
  --shard.count;
  return true;
}

template <class Visit>
void BlockTable::ForEach(Visit visit) {
  for (Shard& shard : shards_) {
    SpinGuard guard(shard.lock);
    const Bucket* const buckets = shard.buckets.load(std::memory_order_relaxed);
    for (std::size_t at = 0; at < BucketsOf(shard); ++at) {
      const Bucket& bucket = buckets[at];
      for (std::uint64_t used = bucket.tags & kTagHighBits; used != 0; used &= used - 1) {
        const Entry& entry = bucket.entries[static_cast<unsigned>(std::countr_zero(used)) / 8];
        visit(entry.bytes(), entry.space(), entry.domain(), entry.birth);
      }
    }
  }
}

}  // namespace memspec::ledger
