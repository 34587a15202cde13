// What a worker is doing, in a file that outlives it: the reporter reads it when the worker died. The file is mapped, so that
// a change costs plain stores and no system call; the kernel keeps what was stored, however the process ends.
// Isolate's own thread only, but for SetLevels and what says otherwise. Layout (little-endian, 4096 bytes), read by
// core/src/observe/state-file.ts:
//
//   0  u32 magic "MSPC"    4  u32 bytes of the name    8  f64 wall clock, ms    16 f64 heap, 24 buffers, 32 native, 40 rss
//   48 u32 collection (0 none, 1 minor, 2 major)    52 u32 flags    56 f64 hard cap that was exceeded
//   64.. the running test's names, parted by U+0000
//
// Beside it, in `<path>.sites`, what allocated most in the running span (last_sites.h).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/spin_lock.h"
#include "capture/timeline.h"

namespace memspec::capture {

class StateFile {
 public:
  static constexpr std::size_t kBytes = 4096;
  static constexpr std::size_t kNameBytes = 2048;
  // The first is of the last full collection.
  enum Flag : std::uint32_t { kNearHeapLimit = 1, kTotalAboveCap = 2, kRssAboveCap = 4 };

  // The file exists and has kBytes. Null: it cannot be mapped.
  static std::unique_ptr<StateFile> Map(const std::string& path);
  ~StateFile();
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;

  void SetLevels(const TimelinePoint& point);  // any thread
  void SetFlag(Flag flag, bool set);           // any thread
  void SetCap(Flag flag, double bytes);        // any thread
  // The running test, as far as another thread can tell; "": none.
  std::string TestName() const;
  const std::string& path() const { return path_; }
  // Where a name of up to kNameBytes is to be written; then its length. 0: no test runs.
  char* name() { return memory_ + 64; }
  void SetNameLength(std::uint32_t bytes);

 private:
  StateFile(char* memory, std::string path) : memory_(memory), path_(std::move(path)) {}
  char* const memory_;
  const std::string path_;
  SpinLock lock_;  // levels and flags
};

}  // namespace memspec::capture
