// The figures of one domain or of the process, and its windows. All but `active` and `wants_reading` need the lock.
//
//   idle ── Open ──► active ── Close of the last open window ──► idle, windows kept ── Forget of the last ──► idle
//
// Counters run on while the scope is active; a window remembers where they stood at its start, so an event touches the
// counters only, however many windows are open. Highest levels are kept for the current *segment*; when a window opens
// or closes, the segment's are folded into every open window and a new one begins.
//
// A window counts what helpers allocate while it is open. What they had before is not its own, so its free makes no room for
// what comes: a window remembers how much of the frees was that (`older`), and its peaks are told as if it had not been
// freed. Its level is the level. The process's scope has no helpers: every thread is its own.
#pragma once
#include <atomic>
#include <cstdint>

#include "base/spin_lock.h"
#include "ledger/ledger.h"
#include "ledger/sample_log.h"
#include "ledger/total_peak.h"

namespace memspec::ledger {

struct SpaceCounters {
  std::uint64_t allocated_bytes = 0, allocation_count = 0, freed_bytes = 0, free_count = 0;
  std::int64_t peak_level = 0;  // highest level() in the segment
  std::int64_t level() const { return static_cast<std::int64_t>(allocated_bytes - freed_bytes); }
};

struct LossCounters {
  std::uint64_t unknown_frees = 0, unseen_frees = 0, blocks_dropped = 0, samples_dropped = 0;
};

enum class WindowState : std::uint8_t { kUnused, kOpen, kClosed };

struct Window {
  std::uint32_t generation;  // of this place in the table; part of the id
  WindowState state;
  std::uint16_t next_open, previous_open;  // kNoWindow ends the list
  std::uint16_t next_unused;
  std::uint32_t birth_begin, birth_end;    // blocks born in [begin, end) are the window's
  SpaceCounters start[kSpaceCount];
  LossCounters start_losses;
  std::int64_t start_heap, start_total;
  std::int64_t peak_level[kSpaceCount];    // as SpaceCounters::level plus older_bytes; kHeap's as readings
  TotalPeak::Bounds total;                 // as the scope's plus what is older
  std::int64_t older_bytes[kSpaceCount];   // freed within, of helpers, born before
  std::int64_t waiting_off;                // highest off-heap level that waits for the interval's end, or kNoLevel
  std::uint64_t waiting_position;
  std::uint64_t samples_begin, samples_end;
};

class alignas(64) Scope {
 public:
  // Any thread, without the lock: the domain the scope counts, 0 while it has no open window. See Scopes.
  std::atomic<std::uint16_t> active{0};
  SpinLock lock;
  bool wants_reading() const { return total_.wants_reading(); }

  static constexpr std::uint16_t kMaxWindows = 4096;
  static constexpr std::uint16_t kNoWindow = 0xffff;
  static constexpr std::size_t kWindowBytes = kMaxWindows * sizeof(Window);

  // Hot path ------------------------------------------------------------------------------------------------------
  void CountAllocation(Space space, std::uint64_t bytes) {
    SpaceCounters& counters = spaces_[static_cast<int>(space)];
    counters.allocated_bytes += bytes;
    ++counters.allocation_count;
    if (counters.level() > counters.peak_level) counters.peak_level = counters.level();
    if (space != Space::kEngine) total_.Raise(static_cast<std::int64_t>(bytes), log_.position());
  }
  void CountFree(Space space, std::uint64_t bytes, bool whole, DomainId owner, std::uint32_t birth) {
    if (owner == DomainId::kHelpers && HasYounger(birth)) [[unlikely]] {
      CountOlder(space, bytes, whole, birth);
    } else {
      CountFree(space, bytes, whole);
    }
  }
  // Takes a CountFree back.
  void CountRestored(Space space, std::uint64_t bytes, DomainId owner, std::uint32_t birth);
  // A sample from before the last reset of the log means nothing to it.
  bool LogKnows(std::uint32_t birth) const { return birth >= log_birth_; }
  SampleLog& log() { return log_; }
  LossCounters& losses() { return losses_; }

  // Windows ---------------------------------------------------------------------------------------------------------
  bool NeedsMemory() const { return windows_ == nullptr || !log_.has_memory(); }
  // Takes what it needs of the two and leaves nullptr in its place; the caller unmaps the rest.
  void AdoptMemory(void** windows, void** log);

  // All windows of an isolate that had this slot before are forgotten.
  void TakeOver(DomainId domain);
  bool IsOwnedBy(DomainId domain) const { return owner_ == static_cast<std::uint16_t>(domain); }

  // Nullptr: all places taken. The caller ticks the clock and fills in birth_begin.
  Window* OpenWindow(std::int64_t heap_used, WindowId* id);
  WindowFigures CloseWindow(Window& window, std::int64_t heap_used);
  // The figures as CloseWindow gives them; the window stays open and starts anew.
  WindowFigures RollWindow(Window& window, std::int64_t heap_used);
  Levels LevelsSince(const Window& window) const;
  void ForgetWindow(Window& window);
  Window* Find(WindowId id);
  bool HasOpenWindow() const { return first_open_ != kNoWindow; }
  void ReadHeap(std::int64_t heap_used);

  // While somebody reads the log without the lock, it is not reset.
  void PinLog() { ++log_readers_; }
  void UnpinLog() { --log_readers_; }
  // Once the last window is forgotten and nobody reads. What comes back is to be unmapped outside the lock: the log's
  // memory if it had grown long, else nullptr.
  void* ResetLogIfUnused(std::uint32_t clock);
  bool OnlyWindowHasNoSamples(const Window& window) const {
    return kept_ == 1 && log_readers_ == 0 && log_.position() > 0 && window.samples_begin == log_.position();
  }
  // Only if that is so. What comes back is as above; a log that went is to be replaced (AdoptMemory).
  void* RestartLog(Window& window, std::uint32_t clock);

  std::uint64_t touched_bytes() const;

 private:
  void CountFree(Space space, std::uint64_t bytes, bool whole) {
    SpaceCounters& counters = spaces_[static_cast<int>(space)];
    counters.freed_bytes += bytes;
    counters.free_count += whole ? 1 : 0;
    if (space != Space::kEngine) total_.Lower(static_cast<std::int64_t>(bytes));
  }
  void CountRestored(Space space, std::uint64_t bytes);
  // Whether a window began after this birth for which that matters.
  bool HasYounger(std::uint32_t birth) const;
  void CountOlder(Space space, std::uint64_t bytes, bool whole, std::uint32_t birth);
  void SetApart(Space space, std::int64_t bytes, std::uint32_t birth);
  void LookAnew(Space space);
  void Read(std::int64_t heap_used);

  void Activate(std::int64_t heap_used);
  void StartWindow(Window& window, std::int64_t heap_used);
  WindowFigures FiguresOf(Window& window, std::int64_t heap_used);
  void* ResetLog(std::uint32_t clock);
  void FoldSegment();
  void FoldTotal(Window& window) const;
  void StartSegment();
  void Unlink(Window& window);
  std::uint16_t IndexOf(const Window& window) const;

  SpaceCounters spaces_[kSpaceCount];  // kHeap's stay 0
  TotalPeak total_;
  SampleLog log_;
  std::uint32_t log_birth_ = 0;
  std::uint32_t log_readers_ = 0;
  LossCounters losses_;
  std::uint16_t owner_ = 0;
  std::uint16_t first_open_ = kNoWindow;    // newest first
  std::uint16_t first_unused_ = kNoWindow;  // freed places; then never_used_
  std::uint16_t never_used_ = 0;
  std::uint32_t kept_ = 0;                  // windows not forgotten
  bool has_waiting_ = false;                // some window's waiting_off
  Window* windows_ = nullptr;
};

}  // namespace memspec::ledger
