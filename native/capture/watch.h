// Looks at an observed file's memory from a thread of its own, a few times a second: what a worker did is known too when its
// JavaScript never comes back, and a test that runs away is stopped before it takes the machine.
//
//   below ──level reaches the next mark──► sites are asked for, the next mark is a quarter higher
//     └──── level above the hard cap ────► sites, a line on the standard error, the end of the process or of the worker thread
//
// Sites are written by the isolate's own thread: at an interrupt, or at the end of its next collection, for V8 14 optimises some
// loops (`for (;;) kept.push(new Array(1000).fill(1))`) so that they serve no interrupt, and no termination either.
//
// The thread takes the scope's lock for a reading, never touches V8's heap, and calls of V8 and Node only what any thread may:
// Isolate::RequestInterrupt, node::Stop. Made and destroyed on the isolate's own thread.
#pragma once
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>

#include <v8.h>

#include "base/recursion_guard.h"
#include "capture/state_file.h"
#include "capture/timeline.h"

namespace node {
class Environment;
}

namespace memspec::capture {

// Bytes; 0: none. Exceeded when strictly more.
struct HardCap {
  double total = 0;            // heap, buffers and native memory of the isolate, and of helper threads
  double rss = 0;              // of the process
  bool owns_process = true;    // false: a worker thread, which ends alone if it can
  std::string file;            // of the test, for the line on the standard error
  bool set() const { return total > 0 || rss > 0; }
};

class Watch {
 public:
  // How the process ends above the cap: as the kernel would have ended it (128 + SIGKILL). Jest starts a worker that exits by
  // any other code again, with the same test file, three times. That it was the cap is in the state file.
  static constexpr int kExitCode = 137;
  // Reads levels from any thread.
  using Levels = TimelinePoint (*)(const RecursionGuard&, void* self);
  // Runs on the isolate's own thread, where V8 may be asked anything but to run JavaScript.
  using Interrupt = void (*)(v8::Isolate* isolate, void* data);

  struct Plan {
    v8::Isolate* isolate;
    node::Environment* environment;
    StateFile* state;
    HardCap cap;
    double first_sites_bytes;  // level from which sites are worth the asking
    Levels levels;
    void* self;
    Interrupt write_sites;  // calls SitesWritten(); its data is null, for the watch may be gone by then
  };
  explicit Watch(Plan plan);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Another span runs: what was asked for is not its own.
  void SpanBegins() { fresh_.store(true, std::memory_order_relaxed); }
  // Isolate's thread: whether they are asked for, once for each time; and that they are there.
  // A heap may be full before the watch looks: collections ask for themselves.
  bool IsDue(const TimelinePoint& point);
  bool TakeRequest() { return wanted_.exchange(false, std::memory_order_relaxed); }
  void SitesWritten();

 private:
  static void* Run(void* self);
  void Loop(const RecursionGuard&);
  void Look(const RecursionGuard&);
  void AskForSites(double level);
  void EndAbove(const RecursionGuard&, const TimelinePoint& seen, bool by_rss);
  // False: the watch is to end.
  bool Sleep(int milliseconds);
  // Waits for the sites, as long as memory allows. False as above.
  bool AwaitSites(const RecursionGuard&, double most);

  const Plan plan_;
  pthread_t thread_{};
  bool running_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;      // under mutex_
  bool written_ = false;   // under mutex_
  std::atomic<bool> fresh_{false};
  std::atomic<bool> wanted_{false};
  std::atomic<double> next_sites_{0};
};

}  // namespace memspec::capture
