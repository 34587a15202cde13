// What happened to sampled blocks in one scope, in order: the basis of "which sites held the memory at the peak".
// Not thread-safe: the scope's lock guards it. Append-only between resets.
//
// Capacity: kCapacityUnits units of 16 bytes (an allocation takes two, everything else one), 256 MiB of address space
// of which only what was written is memory. Full: the entry is dropped and counted. A write may take a page fault under
// the scope's lock, once in 256 units: the kernel then zeroes one page; it waits for nobody who could want our locks.
//
// A sampled block is known by its key: address and sample number (see BlockTable::Insert). Mappings have numbers of
// their own; their key's address is 0.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "base/own_memory.h"
#include "base/space.h"
#include "ledger/ledger.h"

namespace memspec::ledger {

enum class LogKind : std::uint8_t {
  kAllocated = 1,    // two units: the second is a WeightUnit
  kFreed = 2,
  kRestored = 3,     // a free that was taken back
  kMapped = 4,       // two units; `payload` is the mapping's bytes
  kUnmapped = 5,     // `payload`: how many of its bytes went
};

struct LogUnit {
  std::uint64_t packed;  // payload (address or bytes) << 8 | space << 4 | kind
  std::uint32_t sample;
  StackId stack;

  LogKind kind() const { return static_cast<LogKind>(packed & 0xf); }
  Space space() const { return static_cast<Space>((packed >> 4) & 0xf); }
  std::uint64_t payload() const { return packed >> 8; }  // 56 bits: user space of every 64-bit Linux
};
struct WeightUnit {
  std::uint64_t bytes;
  double count;
};
static_assert(sizeof(LogUnit) == 16 && sizeof(WeightUnit) == 16);

class SampleLog {
 public:
  static constexpr std::uint64_t kCapacityUnits = std::uint64_t{1} << 24;
  static constexpr std::size_t kBytes = kCapacityUnits * sizeof(LogUnit);

  bool has_memory() const { return units_ != nullptr; }
  void Adopt(void* memory) { units_ = static_cast<LogUnit*>(memory); }
  void* Release() {
    void* memory = units_;
    *this = SampleLog();
    return memory;
  }

  std::uint64_t position() const { return position_; }
  std::uint64_t dropped() const { return dropped_; }
  std::uint64_t touched_bytes() const {
    return RoundUpToPage((touched_units_ > position_ ? touched_units_ : position_) * sizeof(LogUnit));
  }
  const LogUnit* units() const { return units_; }

  void AppendWithWeight(LogKind kind, Space space, std::uint64_t payload, std::uint32_t number, const Sample& sample) {
    if (!HasRoom(2)) [[unlikely]] return;
    units_[position_] = Unit(kind, space, payload, number, sample.stack);
    const WeightUnit weight{sample.weight_bytes, sample.weight_count};
    units_[position_ + 1] = std::bit_cast<LogUnit>(weight);
    position_ += 2;
  }
  void Append(LogKind kind, Space space, std::uint64_t payload, std::uint32_t number) {
    if (!HasRoom(1)) [[unlikely]] return;
    units_[position_++] = Unit(kind, space, payload, number, StackId::kNone);
  }

  // Back to the start; pages stay, to be written again. dropped() goes on: windows take differences of it.
  void Reset() {
    if (touched_units_ < position_) touched_units_ = position_;
    position_ = 0;
  }

 private:
  bool HasRoom(std::uint64_t units) {
    if (units_ != nullptr && position_ + units <= kCapacityUnits) [[likely]] return true;
    ++dropped_;
    return false;
  }
  static LogUnit Unit(LogKind kind, Space space, std::uint64_t payload, std::uint32_t number, StackId stack) {
    return {payload << 8 | static_cast<std::uint64_t>(space) << 4 | static_cast<std::uint64_t>(kind), number, stack};
  }

  LogUnit* units_ = nullptr;
  std::uint64_t position_ = 0;
  std::uint64_t touched_units_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace memspec::ledger
