// Live blocks by address: open addressing with linear probing and backward-shift deletion (no tombstones, so a table
// that has seen a billion frees probes as fast as a new one). Any thread; sharded by a hash of the address, one spin
// lock per shard, never two at once, never anything else while one is held.
//
// Capacity: a shard starts with kFirstCapacity entries and doubles at 5/8 full. The new table is mapped and its pages
// brought in *outside* the lock; entries move over under it. When the kernel refuses, the shard is filled up to 7/8 and
// then blocks are dropped, which the caller counts. Tables never shrink: a program that once held n blocks will again,
// and what they hold is shown by OwnBytes().
#pragma once
#include <array>
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

  // Calls visit(bytes, space, domain, birth) for every block, with the lock of its shard held.
  template <class Visit>
  void ForEach(Visit visit);

  void LockAll();
  void UnlockAll();

 private:
  // 46 bits of size are 64 TiB, more than one block can have.
  struct Entry {
    std::uint64_t address;  // 0: empty
    std::uint64_t packed;   // bytes << 18 | domain << 2 | space
    std::uint32_t sample;
    std::uint32_t birth;

    Space space() const { return static_cast<Space>(packed & 3); }
    DomainId domain() const { return static_cast<DomainId>((packed >> 2) & 0xffff); }
    std::uint64_t bytes() const { return packed >> 18; }
    Block ToBlock() const { return Block{bytes(), sample, birth, domain(), space()}; }
  };
  static_assert(sizeof(Entry) == 24);
  static_assert(kSpaceCount <= 4 && sizeof(DomainId) == 2);

  struct alignas(64) Shard {
    SpinLock lock;
    std::uint32_t last_sample = 0;
    Entry* entries = nullptr;
    std::uint32_t mask = 0;  // capacity - 1
    std::uint32_t shift = 0;
    std::uint32_t count = 0;
    std::uint32_t grow_at = 0;  // try to grow at this count
    std::uint32_t limit = 0;    // never hold more than this
  };

  static constexpr int kShardBits = 6;
  static constexpr std::size_t kFirstCapacity = 128;
  static constexpr std::size_t kGreatestCapacity = std::size_t{1} << 31;

  static std::uint64_t Hash(std::uint64_t address) { return (address >> 4) * 0x9e3779b97f4a7c15u; }
  static std::uint32_t Home(const Shard& shard, std::uint64_t hash) {
    return static_cast<std::uint32_t>((hash << kShardBits) >> shard.shift);
  }
  Shard& ShardOf(std::uint64_t hash) { return shards_[hash >> (64 - kShardBits)]; }

  // The entry of `address`, or the empty one where it would go; nullptr in a shard that has no table yet.
  static Entry* Find(const Shard& shard, std::uint64_t hash, std::uint64_t address) {
    if (shard.entries == nullptr) [[unlikely]] return nullptr;
    for (std::uint32_t at = Home(shard, hash);; at = (at + 1) & shard.mask) {
      Entry& entry = shard.entries[at];
      if (entry.address == address || entry.address == 0) return &entry;
    }
  }

  Inserted Put(std::uint64_t address, Block& block, Block* old, bool number_sample);
  static void Erase(Shard& shard, Entry* entry);
  static void Grow(Shard& shard, std::size_t from_capacity);

  std::array<Shard, std::size_t{1} << kShardBits> shards_;
};

inline BlockTable::Inserted BlockTable::Put(std::uint64_t address, Block& block, Block* old, bool number_sample) {
  const std::uint64_t hash = Hash(address);
  Shard& shard = ShardOf(hash);
  shard.lock.Lock();
  if (shard.count >= shard.grow_at) [[unlikely]] {
    const std::size_t capacity = shard.entries == nullptr ? 0 : std::size_t{shard.mask} + 1;
    shard.lock.Unlock();
    Grow(shard, capacity);
    shard.lock.Lock();
  }
  Entry* entry = Find(shard, hash, address);
  Inserted result = Inserted::kNew;
  if (entry != nullptr && entry->address != 0) [[unlikely]] {
    *old = entry->ToBlock();
    result = Inserted::kReplaced;
  } else if (shard.count >= shard.limit) [[unlikely]] {
    shard.lock.Unlock();
    return Inserted::kNoRoom;
  } else {
    ++shard.count;
  }
  if (number_sample && block.sample != 0) {
    if (++shard.last_sample == 0) shard.last_sample = 1;
    block.sample = shard.last_sample;
  }
  entry->address = address;
  entry->packed = block.bytes << 18 | static_cast<std::uint64_t>(block.domain) << 2 |
                  static_cast<std::uint64_t>(block.space);
  entry->sample = block.sample;
  entry->birth = block.birth;
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
  const std::uint64_t hash = Hash(address);
  Shard& shard = ShardOf(hash);
  SpinGuard guard(shard.lock);
  Entry* entry = Find(shard, hash, address);
  if (entry == nullptr || entry->address == 0) return false;
  *was = entry->ToBlock();
  Erase(shard, entry);
  return true;
}

inline void BlockTable::Erase(Shard& shard, Entry* entry) {
  // Close the gap: an entry moves back into it unless that would put it before its home.
  Entry* const entries = shard.entries;
  const std::uint32_t mask = shard.mask;
  auto gap = static_cast<std::uint32_t>(entry - entries);
  for (std::uint32_t at = (gap + 1) & mask; entries[at].address != 0; at = (at + 1) & mask) {
    const std::uint32_t home = Home(shard, Hash(entries[at].address));
    if (((at - home) & mask) >= ((at - gap) & mask)) {
      entries[gap] = entries[at];
      gap = at;
    }
  }
  entries[gap].address = 0;
  --shard.count;
}

template <class Visit>
void BlockTable::ForEach(Visit visit) {
  for (Shard& shard : shards_) {
    SpinGuard guard(shard.lock);
    if (shard.entries == nullptr) continue;
    for (std::size_t at = 0; at <= shard.mask; ++at) {
      const Entry& entry = shard.entries[at];
      if (entry.address != 0) visit(entry.bytes(), entry.space(), entry.domain(), entry.birth);
    }
  }
}

}  // namespace memspec::ledger
