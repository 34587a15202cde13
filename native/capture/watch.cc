#include "capture/watch.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <utility>

#include <node.h>

namespace memspec::capture {

namespace {

constexpr int kLookMs = 100;
// A runaway test fills a gigabyte in less than a second.
constexpr int kLookUnderCapMs = 10;
constexpr int kSitesMs = 300;
constexpr double kMostBeyond = 256e6;
// A worker thread that is stopped and does not come back takes its process with it.
constexpr int kThreadEndsMs = 2000;

}  // namespace

Watch::Watch(Plan plan) : plan_(std::move(plan)), next_sites_(plan_.first_sites_bytes) {
  // No signal of the program's is to be handled here.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  running_ = pthread_create(&thread_, nullptr, Run, this) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Watch::~Watch() {
  if (!running_) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  pthread_join(thread_, nullptr);
}

void* Watch::Run(void* self) {
  const RecursionGuard guard;  // for the thread's life: it is nobody's memory
  static_cast<Watch*>(self)->Loop(guard);
  return nullptr;
}

bool Watch::Sleep(int milliseconds) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return stop_; });
}

void Watch::Loop(const RecursionGuard& guard) {
  while (Sleep(plan_.cap.set() ? kLookUnderCapMs : kLookMs)) Look(guard);
}

void Watch::Look(const RecursionGuard& guard) {
  const TimelinePoint point = plan_.levels(guard, plan_.self);
  plan_.state->SetLevels(point);
  const double level = Total(point);
  if (fresh_.exchange(false, std::memory_order_relaxed)) {
    next_sites_.store(std::max(level * 1.125, plan_.first_sites_bytes), std::memory_order_relaxed);
  }
  const bool above = plan_.cap.total > 0 && level > plan_.cap.total;
  if (above || (plan_.cap.rss > 0 && point.rss > plan_.cap.rss)) return EndAbove(guard, point, !above);
  if (level >= next_sites_.load(std::memory_order_relaxed)) AskForSites(level);
}

void Watch::AskForSites(double level) {
  // relaxed, as all of it: who comes too late asks twice.
  next_sites_.store(level * 1.25, std::memory_order_relaxed);
  wanted_.store(true, std::memory_order_relaxed);
  plan_.isolate->RequestInterrupt(plan_.write_sites, nullptr);
}

bool Watch::IsDue(const TimelinePoint& point) {
  if (Total(point) < next_sites_.load(std::memory_order_relaxed)) return false;
  next_sites_.store(Total(point) * 1.25, std::memory_order_relaxed);
  return true;
}

void Watch::SitesWritten() {
  {
    const std::lock_guard lock(mutex_);
    written_ = true;
  }
  changed_.notify_all();
}

// In native code that does not return nothing comes, and what was written before has to do.
bool Watch::AwaitSites(const RecursionGuard& guard, double most) {
  {
    const std::lock_guard lock(mutex_);
    written_ = false;
  }
  AskForSites(Total(plan_.levels(guard, plan_.self)));
  for (int waited = 0; waited < kSitesMs; waited += kLookUnderCapMs) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(kLookUnderCapMs), [this] { return stop_ || written_; });
    if (stop_) return false;
    if (written_) break;
    lock.unlock();
    if (Total(plan_.levels(guard, plan_.self)) > most) break;
  }
  return true;
}

void Watch::EndAbove(const RecursionGuard& guard, const TimelinePoint& seen, bool by_rss) {
  const double cap = by_rss ? plan_.cap.rss : plan_.cap.total;
  if (!AwaitSites(guard, Total(seen) + std::min(cap / 4, kMostBeyond))) return;
  // The answer brought a reading of the heap, which until then was an estimate.
  const TimelinePoint point = plan_.levels(guard, plan_.self);
  if ((by_rss ? point.rss : Total(point)) <= cap) return;
  plan_.state->SetLevels(point);
  plan_.state->SetCap(by_rss ? StateFile::kRssAboveCap : StateFile::kTotalAboveCap, cap);
  const std::string test = plan_.state->TestName();
  char line[4096];
  const int length = std::snprintf(
      line, sizeof line,
      "\nmemspec: %s stopped at the hard cap: %s of %.1f MB is more than hardCap, %.1f MB "
      "(%.1f MB heap, %.1f MB buffers, %.1f MB native, %.1f MB RSS), in %s%s%s\n",
      plan_.cap.owns_process ? "process" : "worker thread", by_rss ? "RSS" : "a total",
      (by_rss ? point.rss : Total(point)) / 1e6, cap / 1e6, point.heap / 1e6, point.buffers / 1e6, point.native / 1e6,
      point.rss / 1e6, plan_.cap.file.c_str(), test.empty() ? "" : " > ", test.c_str());
  if (length > 0) {
    const std::size_t bytes = static_cast<std::size_t>(length) < sizeof line ? static_cast<std::size_t>(length) : sizeof line - 1;
    static_cast<void>(!write(STDERR_FILENO, line, bytes));
  }
  if (!plan_.cap.owns_process && plan_.environment != nullptr) {
    node::Stop(plan_.environment);
    // Its end destroys the watch.
    if (!Sleep(kThreadEndsMs)) return;
  }
  _exit(kExitCode);
}

}  // namespace memspec::capture
