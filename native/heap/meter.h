// V8's used heap, read at every collection's start and end. Isolate's own thread only.
//
// Used size grows only between collections, so the growth between them, summed, is exactly what was allocated, and the
// highest reading is exactly the peak (garbage not yet collected included). V8's code and trusted spaces (machine code,
// bytecode from Node 22 on) are the engine's and are left out.
#pragma once
#include <cstdint>

#include <v8.h>

#include "base/ids.h"
#include "base/recursion_guard.h"

namespace memspec::heap {

// Totals since the meter began; two of them subtracted are the figures of a span.
struct Totals {
  std::int64_t used_bytes = 0;
  std::uint64_t allocated_bytes = 0;
  std::uint64_t collections = 0;
  std::uint64_t major_collections = 0;
  std::uint64_t collection_ns = 0;
};

// The highest used size directly after a collection while it is watching; one for each measurement.
struct LivePeak {
  std::int64_t highest_bytes = -1;  // -1: no collection happened
  LivePeak* next = nullptr;
};

class Meter {
 public:
  // `scope` receives every reading (ledger::SetHeapLevel) while the meter is on.
  Meter(v8::Isolate* isolate, DomainId scope);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  // On while at least one measurement counts: the GC callbacks are registered only then.
  void TurnOn(const RecursionGuard&);
  void TurnOff(const RecursionGuard&);

  // A reading now, with everything since the last one added to the totals.
  Totals Read(const RecursionGuard&);
  // Also tells the ledger; does nothing inside a collection, whose own readings are better.
  void ReadForLedger(const RecursionGuard&);

  // memspec allocates on the measured heap between these two: that is in no figure. EndOwn returns how much it was; while
  // those objects live they are also taken out of the level, until ReleaseOwn.
  void BeginOwn(const RecursionGuard&);
  std::int64_t EndOwn(const RecursionGuard&);
  void ReleaseOwn(const RecursionGuard&, std::int64_t bytes);

  // While a measurement of the whole process runs, its scope receives the readings too. Balanced by +1 and -1.
  void FeedProcessScope(int change) { process_users_ += change; }

  // Told of each collection's start and end, with the used size then. kMaxListeners at a time.
  using Listener = void (*)(const RecursionGuard&, void* self, std::int64_t used_bytes, bool ended, bool major);
  static constexpr int kMaxListeners = 4;
  void Listen(Listener listener, void* self);
  void Unlisten(void* self);

  bool in_collection() const { return depth_ > 0; }
  // What V8 holds for the program's objects, used or not.
  std::int64_t CommittedNow() const;

  void Watch(LivePeak& peak);
  void Unwatch(LivePeak& peak);

 private:
  static void OnPrologue(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* self);
  static void OnEpilogue(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* self);
  std::int64_t UsedNow() const;  // about 0.1 µs
  void Advance(std::int64_t used);
  void TellLedger(const RecursionGuard&) const;
  void TellListeners(const RecursionGuard&, std::int64_t used, bool ended, bool major) const;

  v8::Isolate* const isolate_;
  const DomainId scope_;
  static constexpr int kMaxSpaces = 16;
  int spaces_[kMaxSpaces];  // indices of the heap spaces that hold the program's objects
  int space_count_ = 0;
  int users_ = 0;
  int process_users_ = 0;
  int depth_ = 0;  // collections may call others' callbacks inside them
  std::uint64_t collection_began_ns_ = 0;
  std::int64_t own_bytes_ = 0;  // what memspec allocated on this heap while counting
  std::int64_t own_began_ = 0;
  LivePeak* watching_ = nullptr;
  struct Listening {
    Listener listener;
    void* self;
  };
  Listening listening_[kMaxListeners];
  int listener_count_ = 0;
  Totals totals_;
};

}  // namespace memspec::heap
