// What is alive, by a number (an address or a handle): a hash table that grows by one bucket for each entry (linear hashing), so
// that no event ever waits for the whole table to be made anew. Not thread-safe: the recording's lock guards it.
//
// Capacity: what Prepare() was asked for. Address space is reserved once; pages come as they are touched.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/own_memory.h"

namespace memspec::recording {

struct LiveEntry {
  std::uint64_t key;
  std::uint64_t bytes;
  std::uint32_t row;
  std::uint32_t mark;  // this and `extra`: whoever uses the table says what they are
  std::uint32_t next;  // in the bucket; 0: the last
  std::uint32_t extra;
};
static_assert(sizeof(LiveEntry) == 32);

class LiveTable {
 public:
  constexpr LiveTable() = default;
  LiveTable(const LiveTable&) = delete;
  LiveTable& operator=(const LiveTable&) = delete;

  // Not under a lock. Of an empty table. False: no address space.
  bool Prepare(std::uint32_t capacity) {
    Release();
    capacity_ = capacity;
    entries_ = static_cast<LiveEntry*>(MapOwn(EntriesBytes(), Backing::kLazily));
    buckets_ = static_cast<std::uint32_t*>(MapOwn(BucketsBytes(), Backing::kLazily));
    return entries_ != nullptr && buckets_ != nullptr;
  }
  // Not under a lock: gives the memory back, the table is empty and unprepared.
  void Release() {
    UnmapOwn(entries_, EntriesBytes(), Backing::kLazily);
    UnmapOwn(buckets_, BucketsBytes(), Backing::kLazily);
    entries_ = nullptr;
    buckets_ = nullptr;
    capacity_ = 0;
    bucket_count_ = kFirstBuckets;
    count_ = unused_ = 0;
    never_used_ = 1;
  }

  LiveEntry* Find(std::uint64_t key) {
    for (std::uint32_t at = buckets_[BucketOf(key)]; at != 0; at = entries_[at].next) {
      if (entries_[at].key == key) return &entries_[at];
    }
    return nullptr;
  }
  // Of a key that is not there. nullptr: full.
  LiveEntry* Insert(std::uint64_t key) {
    std::uint32_t index = unused_;
    if (index != 0) {
      unused_ = entries_[index].next;
    } else if (never_used_ < capacity_) {
      index = never_used_++;
    } else {
      return nullptr;
    }
    if (++count_ > bucket_count_ && bucket_count_ < capacity_) SplitOne();
    LiveEntry& entry = entries_[index];
    std::uint32_t& bucket = buckets_[BucketOf(key)];
    entry.key = key;
    entry.next = bucket;
    bucket = index;
    return &entry;
  }
  // Copies it out; false: it is not there.
  bool Remove(std::uint64_t key, LiveEntry* was) {
    for (std::uint32_t* link = &buckets_[BucketOf(key)]; *link != 0; link = &entries_[*link].next) {
      const std::uint32_t index = *link;
      if (entries_[index].key != key) continue;
      *was = entries_[index];
      *link = entries_[index].next;
      entries_[index].next = unused_;
      unused_ = index;
      --count_;
      return true;
    }
    return false;
  }
  // Takes out all for which `goes(entry)`; looks at every entry.
  template <class Goes>
  void RemoveIf(Goes goes) {
    for (std::uint32_t bucket = 0; bucket < bucket_count_; ++bucket) {
      for (std::uint32_t* link = &buckets_[bucket]; *link != 0;) {
        const std::uint32_t index = *link;
        if (!goes(entries_[index])) {
          link = &entries_[index].next;
          continue;
        }
        *link = entries_[index].next;
        entries_[index].next = unused_;
        unused_ = index;
        --count_;
      }
    }
  }
  std::uint32_t count() const { return count_; }

 private:
  static constexpr std::uint32_t kFirstBuckets = 64;
  std::size_t EntriesBytes() const { return std::size_t{capacity_} * sizeof(LiveEntry); }
  std::size_t BucketsBytes() const { return std::size_t{capacity_} * sizeof(std::uint32_t); }

  static std::uint64_t Hash(std::uint64_t key) {
    key *= 0x9e3779b97f4a7c15u;
    return key ^ (key >> 29);
  }
  // Buckets below bucket_count_ - (the largest power of two in it) have been split.
  std::uint32_t BucketOf(std::uint64_t key) const {
    const auto hash = static_cast<std::uint32_t>(Hash(key) >> 8);
    const std::uint32_t whole = 1u << (31 - __builtin_clz(bucket_count_));
    const std::uint32_t wide = hash & (2 * whole - 1);
    return wide < bucket_count_ ? wide : hash & (whole - 1);
  }
  void SplitOne() {
    const std::uint32_t fresh = bucket_count_;
    const std::uint32_t whole = 1u << (31 - __builtin_clz(fresh));
    const std::uint32_t old = fresh - whole;
    ++bucket_count_;
    buckets_[fresh] = 0;
    for (std::uint32_t* link = &buckets_[old]; *link != 0;) {
      const std::uint32_t index = *link;
      if (BucketOf(entries_[index].key) == old) {
        link = &entries_[index].next;
        continue;
      }
      *link = entries_[index].next;
      entries_[index].next = buckets_[fresh];
      buckets_[fresh] = index;
    }
  }

  LiveEntry* entries_ = nullptr;  // [0] is never used
  std::uint32_t* buckets_ = nullptr;
  std::uint32_t capacity_ = 0;
  std::uint32_t bucket_count_ = kFirstBuckets;
  std::uint32_t count_ = 0;
  std::uint32_t unused_ = 0;
  std::uint32_t never_used_ = 1;
};

}  // namespace memspec::recording
