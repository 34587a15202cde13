#include "heap/quiesce.h"

#include <node.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace memspec::heap {

namespace {

// Longer than the threads need to be scheduled on a machine with ten times as much to do as it has cores.
constexpr auto kPatience = std::chrono::seconds(1);

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

// Occupies every worker thread for a moment: then all earlier tasks have ended.
bool WaitForWorkerThreads(v8::Platform& platform) {
  // Two meetings at once could each hold half of the threads.
  static std::mutex* const one_at_a_time = new std::mutex;
  const std::lock_guard lock(*one_at_a_time);
  // Node counts the thread that keeps delayed tasks, which runs none (20 to 26).
  const int threads = platform.NumberOfWorkerThreads() - 1;
  if (threads <= 0) return true;
  const auto meeting = std::make_shared<Meeting>(threads);
  // Behind all that waits: Node 26 takes tasks by priority, and among equals in no order.
  for (int i = 0; i < threads; ++i) {
    platform.CallLowPriorityTaskOnWorkerThread(std::make_unique<ArriveTask>(meeting));
  }
  return meeting->Wait();
}

v8::Platform* PlatformOf(v8::Isolate* isolate) {
  const v8::HandleScope scope(isolate);
  node::Environment* const environment = node::GetCurrentEnvironment(isolate->GetCurrentContext());
  return environment == nullptr ? nullptr : node::GetMultiIsolatePlatform(environment);
}

}  // namespace

Quiescence::Quiescence(v8::Isolate* isolate) : isolate_(isolate), platform_(PlatformOf(isolate)) {}

bool Quiescence::Reach(const RecursionGuard& guard) {
  const OwnWork own(guard);
  if (platform_ == nullptr) return false;
  const bool reached = WaitForWorkerThreads(*platform_);
  InstallCompiledCode();
  return reached;
}

// V8 installs code when a JavaScript function is entered: an empty one of ours, so that it is not the measured one.
void Quiescence::InstallCompiledCode() {
  const v8::HandleScope scope(isolate_);
  const v8::TryCatch ignore(isolate_);
  const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  v8::Local<v8::Function> function;
  if (!empty_.IsEmpty()) {
    function = empty_.Get(isolate_);
  } else {
    const v8::Local<v8::String> source = v8::String::NewFromUtf8Literal(isolate_, "(function () {})");
    v8::Local<v8::Script> script;
    v8::Local<v8::Value> value;
    if (!v8::Script::Compile(context, source).ToLocal(&script) || !script->Run(context).ToLocal(&value)) return;
    function = value.As<v8::Function>();
    empty_.Reset(isolate_, function);
  }
  v8::Local<v8::Value> nothing;
  if (!function->Call(context, v8::Undefined(isolate_), 0, nullptr).ToLocal(&nothing)) return;
}

}  // namespace memspec::heap
