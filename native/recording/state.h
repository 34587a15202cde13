// All that the recording knows, one for the process. Inside this room only.
#pragma once
#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "base/spin_lock.h"
#include "recording/aggregator.h"
#include "recording/buffers.h"
#include "recording/capture_file.h"
#include "recording/futex.h"
#include "recording/recording.h"

namespace memspec::recording {

struct State {
  SpinLock lock;
  // Under the lock:
  bool running = false;  // g_running is its copy for those without the lock
  bool sums = false;
  Reason reason = Reason::kStop;
  Buffers buffers;
  Aggregator aggregator;
  std::uint64_t events = 0;
  std::uint64_t missed = 0;  // since the last record of it
  struct Thread {
    std::uint32_t system_id;
    IsolateNumber isolate;
  };
  Thread* threads = nullptr;  // by number; [0] is never used
  std::uint32_t thread_count = 0;
  std::uint8_t* seen_stacks = nullptr;  // by stack: it is in `fresh`
  FreshStack* fresh = nullptr;

  // Any thread. relaxed where it only counts; release and acquire where memory is published.
  std::atomic<std::uint32_t> fresh_count{0};
  std::atomic<std::uint32_t> epoch{0};  // of recordings: numbers of threads are of one
  std::atomic<std::uint32_t> last_isolate{0};
  std::atomic<std::uint64_t> unknown_frees{0};
  std::atomic<std::uint64_t> missed_in_all{0};
  std::atomic<bool> open{false};
  std::atomic<bool> ending{false};    // the keeper is to end
  std::atomic<bool> finishing{false};  // all is named: the writer is to write the rest
  std::atomic<std::uint64_t> dropped_bytes{0};
  std::uint64_t began_us = 0;
  Signal writer;   // something is to be written
  Signal keeper;   // it is to end
  Signal buffer;   // a buffer has become free

  // Begin and End, and the two threads between them:
  Plan* plan = nullptr;
  CaptureFile file;
  pthread_t writer_thread{}, keeper_thread{};
  std::uint64_t dropped_stacks = 0;
  bool exit_code_known = false;
  int exit_code = 0;
};

extern constinit State g_state;

// The threads' bodies (writer.cc, keeper.cc).
void* RunWriter(void*);
void* RunKeeper(void*);
void TellLevels(const RecursionGuard&);
void NameThreads(const RecursionGuard&, bool all);
// No more events from now on; the writer writes what there is.
void StopRunning(Reason reason);

Names& AllNames();  // also when no recording is open

template <class Encode>
void Emit(const RecursionGuard& guard, std::size_t most_bytes, Encode encode);
// Waits for a free buffer; ends the recording where none comes in time.
void AwaitBuffer(std::uint32_t seen, std::uint64_t* waiting_since);

// `encode(state)` runs under the lock, with room for so many bytes in the encoder.
template <class Encode>
inline void Emit(const RecursionGuard&, std::size_t most_bytes, Encode encode) {
  std::uint64_t waiting_since = 0;
  for (;;) {
    bool full = false;
    std::uint32_t seen = 0;
    {
      const SpinGuard hold(g_state.lock);
      if (!g_state.running) return;
      bool room = g_state.buffers.encoder().HasRoom(most_bytes);
      if (!room) [[unlikely]] {
        seen = g_state.buffer.seen();
        room = full = g_state.buffers.Switch();
      }
      if (room) [[likely]] {
        encode(g_state);
        ++g_state.events;
      }
      if (room && !full) [[likely]] return;
    }
    g_state.writer.Raise();
    if (full) return;
    AwaitBuffer(seen, &waiting_since);
  }
}

}  // namespace memspec::recording
