// The memory that events are encoded into: a few buffers that change places with the writer. Under the recording's lock, but for
// what Prepare, Make and the writer do.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/own_memory.h"
#include "recording/event_encoder.h"
#include "recording/format.h"

namespace memspec::recording {

class Buffers {
 public:
  static constexpr std::uint32_t kCount = 8;
  static constexpr std::uint32_t kFirst = 2;  // made before a recording begins; it does not wait for the others
  static constexpr std::size_t kBytes = std::size_t{1} << 20;
  static constexpr std::size_t kPayloadBytes = kBytes - kChunkHeaderBytes;

  constexpr Buffers() = default;

  // Not under the lock. The memory stays for good: a thread may be late. False: there is none.
  bool Prepare() {
    unused_count_ = full_count_ = full_first_ = 0;
    for (std::uint32_t i = 0; i < kFirst; ++i) {
      if (!Make(i)) return false;
      GiveBack(i);
    }
    current_ = unused_[--unused_count_];
    encoder_.Begin(Payload(current_), kPayloadBytes);
    return true;
  }

  // Not under the lock, as Prepare; then it can be given back. False: there is no memory.
  bool Make(std::uint32_t index) {
    if (memory_[index] == nullptr) memory_[index] = static_cast<std::uint8_t*>(MapOwn(kBytes, Backing::kNow));
    return memory_[index] != nullptr;
  }

  EventEncoder& encoder() { return encoder_; }
  // The current one is full (or due), the next takes its place. False: there is none yet.
  bool Switch() {
    if (unused_count_ == 0) return false;
    full_[(full_first_ + full_count_++) % kCount] = {current_, encoder_.bytes()};
    current_ = unused_[--unused_count_];
    encoder_.Begin(Payload(current_), kPayloadBytes);
    return true;
  }

  struct Full {
    std::uint32_t index;
    std::size_t payload_bytes;
  };
  // The oldest full one; false: none.
  bool TakeFull(Full* full) {
    if (full_count_ == 0) return false;
    *full = full_[full_first_];
    full_first_ = (full_first_ + 1) % kCount;
    --full_count_;
    return true;
  }
  void GiveBack(std::uint32_t index) { unused_[unused_count_++] = index; }
  std::uint8_t* Memory(std::uint32_t index) { return memory_[index]; }

 private:
  std::uint8_t* Payload(std::uint32_t index) { return Memory(index) + kChunkHeaderBytes; }

  std::uint8_t* memory_[kCount] = {};
  EventEncoder encoder_;
  std::uint32_t current_ = 0;
  std::uint32_t unused_[kCount] = {};
  std::uint32_t unused_count_ = 0;
  Full full_[kCount] = {};
  std::uint32_t full_first_ = 0;
  std::uint32_t full_count_ = 0;
};

}  // namespace memspec::recording
