#include "heap/lifetimes.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <v8-profiler.h>

#include "heap/sampler.h"
#include "recording/recording.h"

namespace memspec::heap {

constinit std::atomic<std::size_t> Lifetimes::g_sample_bytes{0};

namespace {

constexpr int kTries = 3;
constexpr std::size_t kEnoughSamples = 16;

std::uint64_t HandleOf(const void* sample) { return reinterpret_cast<std::uintptr_t>(sample) >> 4; }

std::uint64_t FirstWord(const void* block) {
  std::uint64_t word = 0;
  std::memcpy(&word, block, sizeof word);
  return word;
}

// Sizes of V8's samples, in the order in which they were made.
std::vector<std::uint64_t> SizesOf(v8::AllocationProfile& profile) {
  std::vector<v8::AllocationProfile::Sample> samples = profile.GetSamples();
  std::sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.sample_id < b.sample_id; });
  std::vector<std::uint64_t> sizes;
  for (const auto& sample : samples) sizes.push_back(sample.size);
  return sizes;
}

}  // namespace

std::size_t Lifetimes::TryLayout(const std::vector<Probed>& probed, const std::vector<std::uint64_t>& sizes) {
  if (sizes.size() < kEnoughSamples) return 0;
  for (const Probed& candidate : probed) {
    if (candidate.bytes < 2 * sizeof(std::uint64_t)) continue;
    std::size_t at = 0;
    bool equal = true;
    for (const Probed& block : probed) {
      if (block.bytes != candidate.bytes) continue;
      if (at == sizes.size()) break;  // made after V8 had listed them
      equal = equal && FirstWord(block.block) == sizes[at];
      ++at;
    }
    if (equal && at == sizes.size()) return candidate.bytes;
  }
  return 0;
}

bool Lifetimes::FindLayout(const RecursionGuard& guard, v8::Isolate* isolate) {
  if (LayoutIsKnown()) return true;
  const OwnWork own(guard);
  const v8::HandleScope scope(isolate);
  v8::HeapProfiler* const profiler = isolate->GetHeapProfiler();
  for (int attempt = 0; attempt < kTries && !LayoutIsKnown(); ++attempt) {
    probed_.clear();
    probed_.reserve(1024);
    probing_ = true;
    const bool started = profiler->StartSamplingHeapProfiler(1, 1);
    if (started) {
      // Of many sizes, so that a word that happens to be a size does not pass for all of them.
      for (int length = 1; length <= static_cast<int>(2 * kEnoughSamples); ++length) v8::Array::New(isolate, 3 * length);
      const std::unique_ptr<v8::AllocationProfile> profile(profiler->GetAllocationProfile());
      if (profile != nullptr) g_sample_bytes.store(TryLayout(probed_, SizesOf(*profile)), std::memory_order_relaxed);
    }
    probing_ = false;
    if (!started) break;
    profiler->StopSamplingHeapProfiler();
  }
  probed_ = {};
  return LayoutIsKnown();
}

bool Lifetimes::Begin(const RecursionGuard&) {
  pending_ = nullptr;
  telling_ = LayoutIsKnown() && alive_.Prepare(kMaxAlive);
  return telling_;
}

void Lifetimes::End(const RecursionGuard& guard) {
  if (!telling_) return;
  Flush(guard);
  telling_ = false;
  alive_.Release();
}

void Lifetimes::Born(const RecursionGuard& guard, void* sample, StackId stack, Sampler& sampler, std::uint64_t position) {
  Flush(guard);
  pending_ = sample;
  pending_stack_ = stack;
  sampler_ = &sampler;
  position_ = position;
}

void Lifetimes::FlushPending(const RecursionGuard& guard) {
  void* const sample = pending_;
  pending_ = nullptr;
  sampler_->SetSize(position_, FirstWord(sample));
  if (alive_.Insert(HandleOf(sample)) == nullptr) {
    recording::Missed(guard);
    return;
  }
  recording::HeapAllocated(guard, HandleOf(sample), FirstWord(sample), pending_stack_);
}

void Lifetimes::FreedWhileListening(const RecursionGuard& guard, void* block) {
  if (probing_) {
    std::erase_if(probed_, [block](const Probed& probed) { return probed.block == block; });
    return;
  }
  Flush(guard);
  recording::LiveEntry was;
  if (alive_.Remove(HandleOf(block), &was)) recording::HeapFreed(guard, HandleOf(block));
}

}  // namespace memspec::heap
