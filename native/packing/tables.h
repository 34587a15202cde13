// Two flat tables with open addressing and linear probing, at most two thirds full: blocks by their address, and keys (stack, thread,
// space, allocator) by what they are. Of one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace memspec::packing {

constexpr std::uint64_t Mixed(std::uint64_t value) { return value * 0x9e37'79b9'7f4a'7c15u; }

// A block that is alive: the number of its allocation, and its class of sizes.
class Block {
 public:
  constexpr Block() = default;
  constexpr Block(std::uint64_t number, unsigned size_class) : bits_(number << 8 | size_class) {}
  std::uint64_t number() const { return bits_ >> 8; }
  unsigned size_class() const { return bits_ & 0xff; }

 private:
  std::uint64_t bits_ = 0;
};

class BlockTable {
 public:
  bool Has(std::uint64_t address) const { return slots_[Find(address)].key != 0; }
  // The address is not there.
  void Insert(std::uint64_t address, Block block) {
    if (3 * ++count_ > 2 * slots_.size()) Grow();
    slots_[Find(address)] = {address + 1, block};
  }
  // Copies it out; false: it is not there.
  bool Remove(std::uint64_t address, Block* was) {
    std::size_t hole = Find(address);
    if (slots_[hole].key == 0) return false;
    *was = slots_[hole].block;
    --count_;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = (hole + 1) & mask; slots_[at].key != 0; at = (at + 1) & mask) {
      // What is as far from its home as the hole, or farther, moves into it.
      if (((at - Home(slots_[at].key - 1)) & mask) < ((at - hole) & mask)) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole].key = 0;
    return true;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;  // the address + 1; 0: empty
    Block block;
  };
  static constexpr unsigned kFirstBits = 12;

  std::size_t Home(std::uint64_t address) const { return Mixed(address) >> shift_; }
  std::size_t Find(std::uint64_t address) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = Home(address);
    while (slots_[at].key != 0 && slots_[at].key != address + 1) at = (at + 1) & mask;
    return at;
  }
  void Grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    --shift_;
    for (const Slot& slot : old) {
      if (slot.key != 0) slots_[Find(slot.key - 1)] = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(std::size_t{1} << kFirstBits);
  unsigned shift_ = 64 - kFirstBits;
  std::size_t count_ = 0;
};

// Numbers keys from 0 in the order in which they come.
class KeyTable {
 public:
  // Below 2^32, 2^20, 4 and 2^8.
  struct Key {
    std::uint64_t stack, thread, space, allocator;
  };
  std::uint32_t Of(const Key& key, bool* is_new) {
    const std::uint64_t packed = key.stack << 32 | key.thread << 10 | key.space << 8 | key.allocator;
    *is_new = false;
    if (packed == last_.packed && last_.number != 0) return last_.number - 1;
    std::size_t at = Find(packed);
    if (slots_[at].number == 0) {
      *is_new = true;
      if (3 * (std::size_t{count_} + 1) > 2 * slots_.size()) {
        Grow();
        at = Find(packed);
      }
      slots_[at] = {packed, ++count_};
    }
    last_ = slots_[at];
    return last_.number - 1;
  }

 private:
  struct Slot {
    std::uint64_t packed = 0;
    std::uint32_t number = 0;  // + 1; 0: empty
  };
  static constexpr unsigned kFirstBits = 10;

  std::size_t Find(std::uint64_t packed) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = Mixed(packed) >> shift_;
    while (slots_[at].number != 0 && slots_[at].packed != packed) at = (at + 1) & mask;
    return at;
  }
  void Grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    --shift_;
    for (const Slot& slot : old) {
      if (slot.number != 0) slots_[Find(slot.packed)] = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(std::size_t{1} << kFirstBits);
  unsigned shift_ = 64 - kFirstBits;
  std::uint32_t count_ = 0;
  Slot last_;
};

}  // namespace memspec::packing
