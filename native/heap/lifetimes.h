// When a sampled object of V8's heap is born, and when V8 has found it dead, for a recording.
//
// V8's sampling profiler makes a C++ object for each sample, and destroys it when the sampled object was collected (where it was not asked
// to keep what is collected). The hooks on operator new and delete see both, so the address of that object is the sample's handle.
// Its first field is the sampled object's size, written right after operator new has returned: it is read with the next event of the
// isolate's thread. That the layout is as believed is tried before anything is told, against what V8 itself says of its samples.
//
// Isolate's own thread only, inside the hooks: memory is our own. Capacity: kMaxAlive samples alive; further ones are counted as missed.
#pragma once
#include <atomic>
#include <cstdint>
#include <vector>

#include <v8.h>

#include "base/ids.h"
#include "base/recursion_guard.h"
#include "recording/live_table.h"

namespace memspec::heap {

class Sampler;

class Lifetimes {
 public:
  static constexpr std::uint32_t kMaxAlive = 1u << 24;

  Lifetimes() = default;
  ~Lifetimes() { alive_.Release(); }
  Lifetimes(const Lifetimes&) = delete;
  Lifetimes& operator=(const Lifetimes&) = delete;

  // Whether the layout is known, which is found out once for the process; with the hooks in, while no sampler runs here.
  bool FindLayout(const RecursionGuard&, v8::Isolate* isolate);
  static bool LayoutIsKnown() { return SampleBytes() != 0; }

  // From here on samples are told to the recording. False: the layout is not known, or there is no memory.
  bool Begin(const RecursionGuard&);
  // What V8 destroys from here on has not died.
  void End(const RecursionGuard&);
  bool telling() const { return telling_; }

  // Operator new was called in the making of a sample. `own`: memspec's own work allocated the object.
  bool IsSample(std::size_t bytes) const { return telling_ && bytes == SampleBytes(); }
  // Its size goes to the sampler's position, too.
  void Born(const RecursionGuard&, void* sample, StackId stack, Sampler& sampler, std::uint64_t position);
  // A block was freed, of whatever kind.
  void Freed(const RecursionGuard& guard, void* block) {
    if (telling_ || probing_) [[unlikely]] FreedWhileListening(guard, block);
  }
  // Before any other event of this thread is told.
  void Flush(const RecursionGuard& guard) {
    if (pending_ != nullptr) [[unlikely]] FlushPending(guard);
  }

  // While the layout is looked for: each call of operator new in the making of samples.
  bool probing() const { return probing_; }
  void Probe(void* block, std::size_t bytes) { probed_.push_back({block, bytes}); }

 private:
  struct Probed {
    void* block;
    std::size_t bytes;
  };
  // 0: not known.
  static std::size_t SampleBytes() { return g_sample_bytes.load(std::memory_order_relaxed); }
  static std::size_t TryLayout(const std::vector<Probed>& probed, const std::vector<std::uint64_t>& sizes);
  void FlushPending(const RecursionGuard&);
  void FreedWhileListening(const RecursionGuard&, void* block);

  static std::atomic<std::size_t> g_sample_bytes;

  bool telling_ = false;
  bool probing_ = false;
  void* pending_ = nullptr;
  StackId pending_stack_ = StackId::kNone;
  Sampler* sampler_ = nullptr;  // of the pending sample
  std::uint64_t position_ = 0;
  recording::LiveTable alive_;
  std::vector<Probed> probed_;
};

}  // namespace memspec::heap
