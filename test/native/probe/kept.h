// Blocks that outlive the call that allocated them. Static memory; any thread.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "functions.h"

namespace probe {

class KeptBlocks {
 public:
  static constexpr std::size_t kCapacity = 1 << 20;

  // Past the capacity a block is leaked: it is still live, as it should be.
  void Add(void* block, std::size_t bytes, const AllocationFunction* function) {
    const std::size_t i = count_.fetch_add(1);
    if (i < kCapacity) kept_[i] = {block, bytes, function};
  }
  std::uint64_t FreeAll() {
    const std::size_t count = count_ < kCapacity ? count_.load() : kCapacity;
    for (std::size_t i = 0; i < count; i++) kept_[i].function->release(kept_[i].block, kept_[i].bytes);
    count_ = 0;
    return count;
  }

 private:
  struct Kept {
    void* block;
    std::size_t bytes;
    const AllocationFunction* function;
  };
  Kept kept_[kCapacity] = {};
  std::atomic<std::size_t> count_{0};
};

extern constinit KeptBlocks g_kept;

}  // namespace probe
