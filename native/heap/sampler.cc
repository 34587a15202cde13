#include "heap/sampler.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>

namespace memspec::heap {
namespace {

// Deep enough that a node's path tells functions apart; V8 walks this many frames for each sample.
constexpr int kProfilerDepth = 16;

using Node = v8::AllocationProfile::Node;
using Sample = v8::AllocationProfile::Sample;

std::string Utf8(v8::Isolate* isolate, v8::Local<v8::String> text) {
  const v8::String::Utf8Value utf8(isolate, text);
  return *utf8 == nullptr ? "" : std::string(*utf8, static_cast<std::size_t>(utf8.length()));
}

// What a sample of this size stands for. V8's own estimate is rounded to whole objects, which biases it by up to a half.
double Weight(std::size_t bytes, std::uint64_t interval) {
  return interval <= 1 ? 1.0 : 1.0 / -std::expm1(-static_cast<double>(bytes) / static_cast<double>(interval));
}

}  // namespace

// V8's profile, with each node's way to the root.
class Sampler::Profile {
 public:
  Profile(v8::Isolate* isolate, v8::AllocationProfile& profile) : isolate_(isolate) {
    Add(profile.GetRootNode());
    samples_.assign(profile.GetSamples().begin(), profile.GetSamples().end());
    std::sort(samples_.begin(), samples_.end(), [](const Sample& a, const Sample& b) { return a.sample_id < b.sample_id; });
  }

  const std::vector<Sample>& samples() const { return samples_; }

  // V8 names the function that owns the machine frame, as InnermostFunction does.
  bool Agrees(const Sample& sample, stacks::FunctionStart ours) const {
    const auto start = starts_.find(sample.node_id);
    if (start == starts_.end() || ours.script_id < 0) return false;
    const auto& theirs = start->second;
    if (theirs.script_id != ours.script_id) return false;
    // A script's top level has no position in the code events.
    return ours.line == 0 || (theirs.line == ours.line && theirs.column == ours.column);
  }

  std::vector<stacks::Frame> Frames(std::uint32_t node_id) const {
    std::vector<stacks::Frame> frames;
    for (auto at = nodes_.find(node_id); at != nodes_.end(); at = nodes_.find(at->second.parent)) {
      const Node& node = *at->second.node;
      if (at->second.parent == 0) break;  // the root is no function
      stacks::Frame frame{};
      const bool in_script = node.script_id != v8::UnboundScript::kNoScriptId;
      frame.kind = in_script ? stacks::FrameKind::kJavaScript : stacks::FrameKind::kBuiltin;
      frame.function = Utf8(isolate_, node.name);
      frame.url = Utf8(isolate_, node.script_name);
      frame.script_id = in_script ? node.script_id : -1;
      frame.line = node.line_number;
      frame.column = node.column_number;
      frame.line_is_function = true;
      frames.push_back(std::move(frame));
    }
    return frames;
  }

 private:
  struct Place {
    const Node* node;
    std::uint32_t parent;  // 0: none; V8 counts nodes from 1
  };

  void Add(const Node* root) {
    std::vector<std::pair<const Node*, const Node*>> open{{root, nullptr}};
    while (!open.empty()) {
      const auto [node, parent] = open.back();
      open.pop_back();
      nodes_[node->node_id] = {node, parent == nullptr ? 0 : parent->node_id};
      stacks::FunctionStart start{node->script_id, node->line_number, node->column_number};
      if (node->script_id == v8::UnboundScript::kNoScriptId) {
        start = parent == nullptr ? stacks::FunctionStart{} : starts_[parent->node_id];
      }
      starts_[node->node_id] = start;
      for (const Node* child : node->children) open.emplace_back(child, node);
    }
  }

  v8::Isolate* const isolate_;
  std::unordered_map<std::uint32_t, Place> nodes_;
  std::unordered_map<std::uint32_t, stacks::FunctionStart> starts_;  // of the innermost function that has a script
  std::vector<Sample> samples_;
};

Sampler::Sampler(v8::Isolate* isolate, stacks::CodeMap& code) : isolate_(isolate), code_(code) {}

Sampler::~Sampler() {
  const RecursionGuard guard;
  Stop(guard);
}

Sampler::State Sampler::Start(const RecursionGuard& guard, std::uint64_t interval_bytes, bool keep_collected) {
  const OwnWork own(guard);
  if (state_ == State::kRunning) return state_;
  const int kept = v8::HeapProfiler::kSamplingIncludeObjectsCollectedByMajorGC |
                   v8::HeapProfiler::kSamplingIncludeObjectsCollectedByMinorGC;
  const auto flags = static_cast<v8::HeapProfiler::SamplingFlags>(keep_collected ? kept : 0);
  const bool started = isolate_->GetHeapProfiler()->StartSamplingHeapProfiler(interval_bytes, kProfilerDepth, flags);
  state_ = started ? State::kRunning : State::kTakenBySomeoneElse;
  interval_ = interval_bytes;
  for (Place& place : places_) {
    place.caller = nullptr;
    place.log.Clear();
  }
  return state_;
}

void Sampler::Stop(const RecursionGuard& guard) {
  const OwnWork own(guard);
  if (state_ == State::kRunning) isolate_->GetHeapProfiler()->StopSamplingHeapProfiler();
  state_ = State::kOff;
}

void Sampler::OnSample(const RecursionGuard& guard, const hooks::CallSite& site) {
  if (state_ != State::kRunning) return;
  const std::uint64_t most = Position();
  for (Place& place : places_) {
    if (place.caller == nullptr) place.caller = site.caller;
    if (place.caller != site.caller) continue;
    // Far behind the others it cannot be the one that every sample passes: its stacks are not wanted.
    const bool candidate = place.log.count() + 1 >= most;
    place.log.Append(candidate ? stacks::CaptureJavaScriptOnly(guard, isolate_, code_, site) : StackId::kNone);
    return;
  }
}

const Sampler::Place& Sampler::EverySample() const {
  return *std::max_element(places_.begin(), places_.end(),
                           [](const Place& a, const Place& b) { return a.log.count() < b.log.count(); });
}

std::uint64_t Sampler::Position() const { return EverySample().log.count(); }

std::vector<HeapSite> Sampler::Sites(const RecursionGuard& guard, std::uint64_t begin, std::uint64_t end) {
  const OwnWork own(guard);
  std::vector<HeapSite> sites;
  matched_ = {0, 0};
  if (state_ != State::kRunning) return sites;
  const std::unique_ptr<v8::AllocationProfile> raw(isolate_->GetHeapProfiler()->GetAllocationProfile());
  if (raw == nullptr) return sites;
  const Profile profile(isolate_, *raw);
  const SampleLog& log = EverySample().log;

  std::unordered_map<std::uint64_t, std::size_t> site_of;  // stack, or node above 2^32
  for (const Sample& sample : profile.samples()) {
    const std::uint64_t index = sample.sample_id - 1;
    if (index < begin || index >= end) continue;
    const StackId stack = log.At(index);
    const bool ours = stack != StackId::kNone && profile.Agrees(sample, stacks::InnermostFunction(stack));
    ++(ours ? matched_.by_line : matched_.by_function);
    const std::uint64_t key =
        ours ? static_cast<std::uint64_t>(stack) : (std::uint64_t{1} << 32 | static_cast<std::uint64_t>(sample.node_id));
    const auto [it, fresh] = site_of.try_emplace(key, sites.size());
    if (fresh) {
      HeapSite site{};
      if (ours) {
        stacks::Resolved resolved = stacks::Resolve(guard, isolate_, code_, stack);
        site.frames = std::move(resolved.frames);
        site.truncated = resolved.truncated;
      } else {
        site.frames = profile.Frames(sample.node_id);
        site.truncated = site.frames.size() >= static_cast<std::size_t>(kProfilerDepth);
      }
      sites.push_back(std::move(site));
    }
    const double weight = Weight(sample.size, interval_);
    sites[it->second].count += weight;
    sites[it->second].bytes += weight * static_cast<double>(sample.size);
  }
  return sites;
}

}  // namespace memspec::heap
