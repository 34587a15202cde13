// One run of V8's sampling heap profiler serves all that want samples of an isolate's heap: measurements, nested or side by
// side, and the observation of a test file. Where one that joins needs more than the run gives (a finer interval, or survivors
// alone), the run ends and a new one begins; what the others had of it is theirs. When it leaves, they get a run of their
// own again. Isolate's own thread only.
#pragma once
#include <cstdint>
#include <vector>

#include "base/recursion_guard.h"
#include "heap/sampler.h"

namespace memspec::capture {

class SharedSampler {
 public:
  class User {
   public:
    // The run ends now. complete: it has the samples of collected objects, too.
    virtual void TakeHeapSamples(const RecursionGuard&, bool complete) = 0;
    // Positions in the run count from 0 again.
    virtual void HeapSamplesBeginAnew() = 0;

   protected:
    ~User() = default;
  };

  explicit SharedSampler(heap::Sampler& sampler) : sampler_(sampler) {}
  SharedSampler(const SharedSampler&) = delete;
  SharedSampler& operator=(const SharedSampler&) = delete;

  // keep_collected: totals of everything allocated; else survivors only. Anything but kRunning: `user` is none.
  heap::Sampler::State Join(const RecursionGuard&, User* user, std::uint64_t interval, bool keep_collected);
  // Nothing happens to one that has not joined.
  void Leave(const RecursionGuard&, User* user);
  // The isolate ends: nothing is started any more.
  void Drop(const RecursionGuard&, User* user);

  // Of the run; 0: there is none.
  std::uint64_t interval() const { return interval_; }
  bool keeps_collected() const { return keeps_collected_; }

 private:
  struct Wish {
    User* user;
    std::uint64_t interval;
    bool keep_collected;
  };
  bool Remove(const User* user);
  heap::Sampler::State Start(const RecursionGuard&, std::uint64_t interval, bool keep_collected);
  void Restart(const RecursionGuard&, std::uint64_t interval, bool keep_collected);

  heap::Sampler& sampler_;
  std::vector<Wish> wishes_;
  std::uint64_t interval_ = 0;
  bool keeps_collected_ = false;
};

}  // namespace memspec::capture
