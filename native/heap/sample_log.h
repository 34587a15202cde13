// Our own stacks of V8's heap samples, in the order in which V8 took them. Isolate's own thread only; appending is hot path.
// Capacity: kCapacity samples a run; further ones are counted and have no line.
#pragma once
#include <cstdint>

#include "base/ids.h"
#include "base/own_memory.h"

namespace memspec::heap {

class SampleLog {
 public:
  static constexpr std::uint64_t kCapacity = 1u << 22;  // 16 MiB of address space, touched as it fills

  SampleLog() : stacks_(static_cast<StackId*>(MapOwn(kCapacity * sizeof(StackId), Backing::kLazily))) {}
  ~SampleLog() { UnmapOwn(stacks_, kCapacity * sizeof(StackId), Backing::kLazily); }
  SampleLog(const SampleLog&) = delete;
  SampleLog& operator=(const SampleLog&) = delete;

  void Append(StackId stack) {
    if (stacks_ != nullptr && count_ < kCapacity) stacks_[count_] = stack;
    ++count_;
  }
  // kNone: not taken, or beyond the capacity.
  StackId At(std::uint64_t index) const {
    return stacks_ != nullptr && index < count_ && index < kCapacity ? stacks_[index] : StackId::kNone;
  }
  std::uint64_t count() const { return count_; }
  void Clear() { count_ = 0; }

 private:
  StackId* const stacks_;
  std::uint64_t count_ = 0;
};

}  // namespace memspec::heap
