// Sizes of a run's samples by position, where they are known at birth (lifetimes.h): with them totals can be told of a run whose
// collected samples V8 has let go. Isolate's own thread only; setting is hot path. Capacity: SampleLog's.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/own_memory.h"
#include "heap/sample_log.h"

namespace memspec::heap {

class SampleSizes {
 public:
  SampleSizes() : bytes_(static_cast<std::uint32_t*>(MapOwn(kBytes, Backing::kLazily))) {}
  ~SampleSizes() { UnmapOwn(bytes_, kBytes, Backing::kLazily); }
  SampleSizes(const SampleSizes&) = delete;
  SampleSizes& operator=(const SampleSizes&) = delete;

  void Set(std::uint64_t position, std::uint64_t bytes) {
    if (bytes_ == nullptr || position >= SampleLog::kCapacity) return;
    bytes_[position] = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, std::numeric_limits<std::uint32_t>::max()));
    end_ = std::max(end_, position + 1);
  }
  // 0: not known, or memspec's own work.
  std::uint64_t At(std::uint64_t position) const { return position < end_ ? bytes_[position] : 0; }
  void Clear() {
    if (end_ > 0) std::memset(bytes_, 0, end_ * sizeof *bytes_);
    end_ = 0;
  }

 private:
  static constexpr std::size_t kBytes = SampleLog::kCapacity * sizeof(std::uint32_t);
  std::uint32_t* const bytes_;
  std::uint64_t end_ = 0;
};

}  // namespace memspec::heap
