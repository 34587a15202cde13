#include "heap/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <unordered_map>
#include <utility>

#include "heap/sample_matching.h"
#include "heap/sampling_profile.h"

namespace memspec::heap {
namespace {

// Deep enough that a node's path tells functions apart; V8 walks this many frames for each sample.
constexpr int kProfilerDepth = 16;

// What a sample of this size stands for. V8's own estimate is rounded to whole objects, which biases it by up to a half.
double Weight(std::size_t bytes, std::uint64_t interval) {
  return interval <= 1 ? 1.0 : 1.0 / -std::expm1(-static_cast<double>(bytes) / static_cast<double>(interval));
}

}  // namespace

Sampler::Sampler(v8::Isolate* isolate, stacks::CodeMap& code) : isolate_(isolate), code_(code) {}

Sampler::~Sampler() {
  const RecursionGuard guard;
  Stop(guard);
}

Sampler::State Sampler::Start(const RecursionGuard& guard, std::uint64_t interval_bytes, bool keep_collected) {
  if (state_ == State::kRunning) return state_;
  stacks::PrepareHeapCaptures(guard, code_);
  const int kept = v8::HeapProfiler::kSamplingIncludeObjectsCollectedByMajorGC |
                   v8::HeapProfiler::kSamplingIncludeObjectsCollectedByMinorGC;
  const auto flags = static_cast<v8::HeapProfiler::SamplingFlags>(keep_collected ? kept : 0);
  const bool started = isolate_->GetHeapProfiler()->StartSamplingHeapProfiler(interval_bytes, kProfilerDepth, flags);
  state_ = started ? State::kRunning : State::kTakenBySomeoneElse;
  interval_ = interval_bytes;
  keeps_collected_ = keep_collected;
  sized_ = false;
  sizes_.Clear();
  for (Place& place : places_) {
    place.caller = nullptr;
    place.log.Clear();
  }
  return state_;
}

void Sampler::Stop(const RecursionGuard&) {
  if (state_ == State::kRunning) isolate_->GetHeapProfiler()->StopSamplingHeapProfiler();
  state_ = State::kOff;
}

StackId Sampler::OnSample(const RecursionGuard& guard, const hooks::CallSite& site) {
  if (state_ != State::kRunning) return StackId::kNone;
  const std::uint64_t most = Position();
  for (Place& place : places_) {
    if (place.caller == nullptr) place.caller = site.caller;
    if (place.caller != site.caller) continue;
    // The first of the places that every sample passes is always ahead: the others' stacks would be the same.
    const bool ahead = place.log.count() + 1 > most;
    const StackId stack = ahead ? stacks::CaptureHeapAllocation(guard, isolate_, code_, site) : StackId::kNone;
    last_position_ = place.log.count();
    place.log.Append(stack);
    return stack;
  }
  return StackId::kNone;
}

const Sampler::Place& Sampler::EverySample() const {
  return *std::max_element(places_.begin(), places_.end(),
                           [](const Place& a, const Place& b) { return a.log.count() < b.log.count(); });
}

std::uint64_t Sampler::Position() const { return EverySample().log.count(); }

std::vector<HeapSite> Sampler::Sites(const RecursionGuard& guard, std::uint64_t begin, std::uint64_t end, bool survivors) {
  PlacedSamples placed = SamplesIn(guard, begin, end, survivors);
  for (const PlacedSample& sample : placed.samples) {
    placed.sites[sample.site].count += sample.count;
    placed.sites[sample.site].bytes += sample.bytes;
  }
  return std::move(placed.sites);
}

PlacedSamples Sampler::Samples(const RecursionGuard& guard) {
  return SamplesIn(guard, 0, std::numeric_limits<std::uint64_t>::max(), false);
}

// Of our own logs alone: V8 has let go of what was collected.
PlacedSamples Sampler::SizedSamples(const RecursionGuard& guard, std::uint64_t begin, std::uint64_t end) {
  PlacedSamples placed;
  const SampleLog& log = EverySample().log;
  std::unordered_map<StackId, std::size_t> site_of;
  for (std::uint64_t position = begin; position < std::min(end, log.count()); ++position) {
    const std::uint64_t bytes = sizes_.At(position);
    const StackId stack = log.At(position);
    if (bytes == 0 || stack == StackId::kNone) continue;
    ++matched_.by_line;
    const auto [it, fresh] = site_of.try_emplace(stack, placed.sites.size());
    if (fresh) placed.sites.push_back(LineSite(guard, stack));
    const double weight = Weight(bytes, interval_);
    placed.samples.push_back({position, true, it->second, weight * static_cast<double>(bytes), weight});
  }
  return placed;
}

PlacedSamples Sampler::SamplesIn(const RecursionGuard& guard, std::uint64_t begin, std::uint64_t end, bool survivors) {
  PlacedSamples placed;
  matched_ = {0, 0};
  if (state_ != State::kRunning) return placed;
  if (!survivors && !keeps_collected_ && sized_) return SizedSamples(guard, begin, end);
  const std::unique_ptr<v8::AllocationProfile> raw(isolate_->GetHeapProfiler()->GetAllocationProfile());
  if (raw == nullptr) return placed;
  const SamplingProfile profile(isolate_, *raw);
  const SampleLog& log = EverySample().log;
  const std::vector<std::uint64_t> matches = Match(profile, log);

  std::unordered_map<std::uint64_t, std::size_t> site_of;  // stack, or node above 2^32
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const auto& sample = profile.samples()[i];
    const bool ours = matches[i] != kNoStack;
    // Without a stack of our own there is no position but V8's number.
    const std::uint64_t position = ours ? matches[i] : sample.sample_id - 1;
    if (position < begin || position >= end) continue;
    ++(ours ? matched_.by_line : matched_.by_function);
    const StackId stack = ours ? log.At(position) : StackId::kNone;
    const std::uint64_t key = ours ? static_cast<std::uint64_t>(stack) : (std::uint64_t{1} << 32 | sample.node_id);
    const auto [it, fresh] = site_of.try_emplace(key, placed.sites.size());
    if (fresh) placed.sites.push_back(ours ? LineSite(guard, stack) : FunctionSite(profile, sample.node_id));
    const double weight = Weight(sample.size, interval_);
    placed.samples.push_back({position, ours, it->second, weight * static_cast<double>(sample.size), weight});
  }
  return placed;
}

std::vector<std::uint64_t> Sampler::Match(const SamplingProfile& profile, const SampleLog& log) {
  std::vector<std::uint64_t> ids;
  ids.reserve(profile.samples().size());
  for (const auto& sample : profile.samples()) ids.push_back(sample.sample_id);
  std::unordered_map<StackId, stacks::FunctionStart> starts;
  return MatchSamples(ids, log.count(), [&](std::size_t i, std::uint64_t n) {
    const StackId stack = log.At(n);
    if (stack == StackId::kNone) return false;
    const auto [it, fresh] = starts.try_emplace(stack);
    if (fresh) it->second = stacks::InnermostFunction(stack);
    return profile.Agrees(profile.samples()[i], it->second);
  });
}

HeapSite Sampler::LineSite(const RecursionGuard& guard, StackId stack) {
  stacks::Resolved resolved = stacks::Resolve(guard, isolate_, code_, stack);
  return {std::move(resolved.frames), resolved.truncated, 0, 0};
}

HeapSite Sampler::FunctionSite(const SamplingProfile& profile, std::uint32_t node_id) {
  std::vector<stacks::Frame> frames = profile.Frames(node_id);
  const bool truncated = frames.size() >= static_cast<std::size_t>(kProfilerDepth);
  return {std::move(frames), truncated, 0, 0};
}

}  // namespace memspec::heap
