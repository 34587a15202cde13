// Accessible mappings as disjoint pieces, ordered by address: a treap in memory of our own. Any thread; one spin lock,
// held for one piece at a time, never together with another.
//
// Memory is whole pages, figures are requested bytes: a piece counts [start, end) and covers up to the page's end.
// What is cut out of a mapping leaves pieces that keep its birth, domain and sample; they form a ring, so that the
// mapping's count ends with its last piece. Pieces of different mappings are never merged: each has its own birth.
//
// Capacity: kCapacity pieces (sixteen times Linux's default limit of mappings a process), 64 MiB of address space of
// which what was used is memory. Full: the mapping, or the part behind a hole, is dropped and counted by the caller.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/own_memory.h"
#include "base/spin_lock.h"
#include "ledger/ledger.h"

namespace memspec::ledger {

struct Mapping {
  std::uint64_t bytes;   // of the mapping, or of the gap, that one call gave
  std::uint32_t sample;  // 0: none
  std::uint32_t birth;
  DomainId domain;
  Space space;
};

class MappingTable {
 public:
  struct Piece {
    std::uint64_t start, end;
    Mapping mapping;
    std::uint32_t left, right, priority;
    std::uint32_t next_of_mapping, previous_of_mapping;
    bool counts;  // one piece in each ring: it stands for the mapping
  };
  static constexpr std::uint32_t kCapacity = std::uint32_t{1} << 20;
  static constexpr std::size_t kBytes = std::size_t{kCapacity} * sizeof(Piece);

  struct Removed {
    Mapping mapping;
    std::uint64_t bytes;
    bool whole;  // the mapping's last piece
    bool dropped_rest;  // no room for the piece behind the hole: it was taken out too, `bytes` includes it
  };

  constexpr MappingTable() = default;

  // Takes out the lowest piece, or part of one, in [start, end); false: there is none. `start`, `end`: whole pages.
  bool RemoveOne(std::uint64_t start, std::uint64_t end, Removed* removed);
  // mapping.sample != 0: it gets a number. kTaken: another thread's piece came between; nothing was done.
  enum class Inserted { kYes, kTaken, kNoRoom };
  Inserted Insert(std::uint64_t start, std::uint64_t end, Mapping& mapping);
  void SetBirth(std::uint64_t start, const Mapping& mapping, std::uint32_t birth);
  // The lowest part of [start, end) that no piece covers; false: all is covered.
  bool FindGap(std::uint64_t start, std::uint64_t end, std::uint64_t* gap_start, std::uint64_t* gap_end);
  bool Covers(std::uint64_t address);
  // Copies up to `capacity` pieces that start at or above `from`, in order. How many.
  std::size_t Copy(std::uint64_t from, Piece* out, std::size_t capacity);
  // Adds the bytes that are accessible, by space.
  void AddAlive(Levels& levels);

  void Clear();

  std::uint64_t touched_bytes();
  void LockAll() { lock_.Lock(); }
  void UnlockAll() { lock_.Unlock(); }

 private:
  static constexpr std::uint32_t kNone = 0;  // piece 0 is never used

  bool HasMemory();  // maps it if need be; not under the lock
  // The rest under the lock.
  std::uint32_t NewPiece();
  void DeletePiece(std::uint32_t index);
  std::uint32_t LastAtOrBelow(std::uint64_t address) const;
  std::uint32_t FirstAtOrAbove(std::uint64_t address) const;
  std::uint32_t FirstOverlapping(std::uint64_t start, std::uint64_t end) const;
  void Link(std::uint32_t index);
  void Unlink(std::uint32_t index);
  void Split(std::uint32_t root, std::uint64_t start, std::uint32_t* below, std::uint32_t* from);
  std::uint32_t Merge(std::uint32_t below, std::uint32_t above);
  bool LeaveRing(std::uint32_t index);

  SpinLock lock_;
  Piece* pieces_ = nullptr;
  std::uint32_t root_ = kNone;
  std::uint32_t first_unused_ = kNone;  // by `left`
  std::uint32_t never_used_ = 1;
  std::uint32_t random_ = 0x9e3779b9;
  std::uint32_t last_sample_ = 0;
  std::int64_t alive_bytes_[kSpaceCount] = {};
};
static_assert(sizeof(MappingTable::Piece) <= 64);

}  // namespace memspec::ledger
