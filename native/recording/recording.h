// The process's one recording: events from all threads in one sequence, into a file. Pure C++ (no V8, no Node).
//
//   idle ──Begin──► running ──End / the disk is full / it is too slow──► ending ──the file is closed──► idle
//
// Events are encoded under one spin lock, into buffers of the tracker's own memory, which a thread of its own writes. Nothing is
// allocated, and no system call is made, while the lock is held. When no buffer is free the thread that has an event waits for one,
// outside of any lock of ours; if that takes too long the recording ends ("slow"), as it does when the disk takes no more ("full"):
// the program goes on, and what is in the file stays a prefix of what happened.
//
// Two threads: the *writer* writes what is full; the *keeper* looks at levels, names what is new, and asks for both.
// In a forked child there is no recording.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/recursion_guard.h"
#include "base/space.h"
#include "base/thread_state.h"
#include "recording/event.h"
#include "recording/names.h"

namespace memspec::recording {

inline constexpr std::uint32_t kMaxStacks = 1u << 19;  // the highest stack that can be told (stacks/stack_table.h)

// What the keeper asks of whoever knows isolates and the ledger. Called on its thread.
struct Host {
  // Before anything else: makes ready what takes long. No program waits for it but one whose recording ends before that.
  void (*begin)(const RecursionGuard&);
  // Time is filled in already.
  void (*levels)(const RecursionGuard&, Levels& levels);
  // Names stacks that any thread can name, and asks isolates' own threads for the rest.
  void (*name)(const RecursionGuard&);
  // No event comes any more: the last time to name anything. On the thread that ends the recording.
  void (*name_last)(const RecursionGuard&);
};

struct Plan {
  std::string file;
  bool overwrite = false;
  bool sums = false;
  std::string meta;  // the first chunk's payload
  std::uint32_t timeline_interval_ms = 10;
  Host host{};
};

enum class Reason : std::uint8_t { kExit, kStop, kFull, kSlow };

struct Summary {
  std::uint64_t bytes = 0, events = 0;
  Reason reason = Reason::kStop;
  int error = 0;  // errno of the write that failed; 0: none
  std::uint64_t dropped_stacks = 0, dropped_blocks = 0, unknown_frees = 0, dropped_bytes = 0;
};

struct Begun {
  bool ok = false;
  int error = 0;           // errno of opening or of the first write; 0: another recording runs, or there is no memory
  bool already = false;
};

Begun Begin(const RecursionGuard&, const Plan& plan);
// Ends it as asked, if it has not ended by itself, and closes the file. dropped_stacks: of the table of stacks, since the beginning.
// Not from two threads at once.
Summary End(const RecursionGuard&, Reason reason, bool exit_code_known, int exit_code, std::uint64_t dropped_stacks);

// Events are wanted. Relaxed: a thread may see a change late, as if its event had come earlier.
extern constinit std::atomic<bool> g_running;
inline bool Running() { return g_running.load(std::memory_order_relaxed); }
// There is one whose file is not closed yet: End() has to be called.
bool Open();
std::uint32_t Epoch();  // of recordings: another with each
std::uint64_t NowUs();  // since the beginning

// The running thread's number; it gets one with its first event.
ThreadNumber ThisThread(const RecursionGuard&);
// An isolate's JavaScript runs on the running thread from now on.
void SetIsolate(const RecursionGuard&, IsolateNumber isolate, bool worker, const std::string& name);
IsolateNumber NewIsolate();

// Events of the running thread. Each does nothing when no recording runs.
void Allocated(const RecursionGuard&, Space space, int function, std::uint64_t address, std::uint64_t bytes, StackId stack);
void Freed(const RecursionGuard&, Space space, std::uint64_t address);
void Restored(const RecursionGuard&);
void Mapped(const RecursionGuard&, Space space, int function, std::uint64_t address, std::uint64_t bytes, StackId stack, bool commit);
void Unmapped(const RecursionGuard&, std::uint64_t address, std::uint64_t bytes);
void HeapAllocated(const RecursionGuard&, std::uint64_t handle, std::uint64_t bytes, StackId stack);
void HeapFreed(const RecursionGuard&, std::uint64_t handle);
void Sampling(const RecursionGuard&, std::uint64_t interval, bool collected_are_told);
void Collected(const RecursionGuard&, Collection kind, std::uint64_t used, bool ended);
void HeapEnds(const RecursionGuard&, IsolateNumber isolate);
void UnknownFreed();
void Missed(const RecursionGuard&);

// Stacks that events named for the first time, in that order: each once. They wait for whoever can name them.
struct FreshStack {
  StackId stack;
  IsolateNumber isolate;  // kNone: any thread can name it
};
std::uint32_t FreshStacks();           // how many there were so far
FreshStack FreshStackAt(std::uint32_t index);

// Definitions. Null when there is no recording; it stays until the recording has ended.
Names* TheNames();

}  // namespace memspec::recording
