#include "capture/shared_sampler.h"

#include <algorithm>

namespace memspec::capture {

heap::Sampler::State SharedSampler::Join(const RecursionGuard& guard, User* user, std::uint64_t interval,
                                         bool keep_collected) {
  if (wishes_.empty()) {
    const heap::Sampler::State state = Start(guard, interval, keep_collected);
    if (state != heap::Sampler::State::kRunning) return state;
  } else if (keeps_collected_ && (!keep_collected || interval < interval_)) {
    // (Of a run of survivors nothing can be set aside: what has survived so far may die yet.)
    Restart(guard, std::min(interval, interval_), keep_collected);
  }
  wishes_.push_back({user, interval, keep_collected});
  return heap::Sampler::State::kRunning;
}

void SharedSampler::Leave(const RecursionGuard& guard, User* user) {
  if (!Remove(user)) return;
  if (wishes_.empty()) {
    sampler_.Stop(guard);
    interval_ = 0;
    return;
  }
  std::uint64_t interval = wishes_.front().interval;
  for (const Wish& wish : wishes_) {
    if (!wish.keep_collected) return;  // as above
    interval = std::min(interval, wish.interval);
  }
  if (!keeps_collected_ || interval != interval_) Restart(guard, interval, true);
}

void SharedSampler::Drop(const RecursionGuard& guard, User* user) {
  if (Remove(user) && wishes_.empty()) sampler_.Stop(guard);
}

bool SharedSampler::Remove(const User* user) {
  return std::erase_if(wishes_, [user](const Wish& wish) { return wish.user == user; }) > 0;
}

heap::Sampler::State SharedSampler::Start(const RecursionGuard& guard, std::uint64_t interval, bool keep_collected) {
  const heap::Sampler::State state = sampler_.Start(guard, interval, keep_collected);
  const bool running = state == heap::Sampler::State::kRunning;
  interval_ = running ? interval : 0;
  keeps_collected_ = running && keep_collected;
  return state;
}

void SharedSampler::Restart(const RecursionGuard& guard, std::uint64_t interval, bool keep_collected) {
  for (const Wish& wish : wishes_) wish.user->TakeHeapSamples(guard, sampler_.tells_totals());
  sampler_.Stop(guard);
  Start(guard, interval, keep_collected);
  for (const Wish& wish : wishes_) wish.user->HeapSamplesBeginAnew();
}

}  // namespace memspec::capture
