#include "heap/quiesce.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace memspec::heap {

namespace {

constexpr auto kPatience = std::chrono::milliseconds(100);

// Met by one task on each worker thread. Owned by the tasks and by who waits, so that nobody outlives it.
class Meeting {
 public:
  explicit Meeting(int expected) : missing_(expected) {}

  void Arrive() {
    std::unique_lock lock(mutex_);
    if (--missing_ == 0) complete_.notify_all();
    // Staying keeps this thread from taking a second task of the meeting.
    complete_.wait_for(lock, kPatience, [this] { return missing_ <= 0 || abandoned_; });
  }

  bool Wait() {
    std::unique_lock lock(mutex_);
    if (complete_.wait_for(lock, kPatience, [this] { return missing_ <= 0; })) return true;
    abandoned_ = true;
    complete_.notify_all();
    return false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable complete_;
  int missing_;
  bool abandoned_ = false;
};

class ArriveTask final : public v8::Task {
 public:
  explicit ArriveTask(std::shared_ptr<Meeting> meeting) : meeting_(std::move(meeting)) {}
  void Run() override { meeting_->Arrive(); }

 private:
  const std::shared_ptr<Meeting> meeting_;
};

}  // namespace

bool WaitForBackgroundTasks(const RecursionGuard&, v8::Platform& platform) {
  // Two meetings at once could each hold half of the threads.
  static std::mutex* const one_at_a_time = new std::mutex;
  const std::lock_guard lock(*one_at_a_time);
  const int threads = platform.NumberOfWorkerThreads();
  if (threads <= 0) return true;
  const auto meeting = std::make_shared<Meeting>(threads);
  for (int i = 0; i < threads; ++i) platform.CallOnWorkerThread(std::make_unique<ArriveTask>(meeting));
  return meeting->Wait();
}

}  // namespace memspec::heap
