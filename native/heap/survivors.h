// What was born on the heap in a span and is still alive, by V8's object ids (HeapProfiler): ids only grow, so objects
// with an id between two marks were born between them. Isolate's own thread only; each mark walks the heap (about 20 ms
// for 50,000 objects) and collects garbage.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <v8-profiler.h>
#include <v8.h>

#include "base/recursion_guard.h"

namespace memspec::heap {

class ObjectIds {
 public:
  explicit ObjectIds(v8::Isolate* isolate) : isolate_(isolate) {}
  ~ObjectIds();
  ObjectIds(const ObjectIds&) = delete;
  ObjectIds& operator=(const ObjectIds&) = delete;

  // A moment in the life of the heap.
  struct Mark {
    std::uint32_t interval = 0;        // intervals up to and including this one are older
    v8::SnapshotObjectId last_id = 0;  // ids up to and including this one are older
  };

  // Balanced by Release. traces: objects remember where they are allocated, which makes allocating 40 times slower; has no
  // effect unless it is the first use.
  void Use(const RecursionGuard&, bool traces = false);
  void Release(const RecursionGuard&);

  // From here on objects remember where they were allocated, too; what is marked stays marked.
  void RecordStacks(const RecursionGuard&);
  // Back to objects that do not. Ids stay, and intervals begin anew: for the only user, other users' marks would be worth nothing.
  void StartOver(const RecursionGuard&);
  bool HasOneUser() const { return users_ == 1; }
  Mark Now(const RecursionGuard&);

  // What was born in an interval and was alive at the last mark: intervals are told as Mark::interval, and one ends with
  // the mark of its number.
  struct Alive {
    std::uint64_t bytes = 0;
    std::uint64_t count = 0;
  };
  Alive AliveAt(std::uint32_t interval) const {
    return interval < by_interval_.size() ? by_interval_[interval] : Alive{};
  }

  // False: somebody else marks the same record (an inspector's allocation timeline), and V8 told them what it tells once. Then
  // nothing that is told by interval is known, while ids are.
  bool KnowsIntervals() const { return !shared_; }

  // Shallow bytes of what was born after `from` and not after `to`, and is alive now (takes a mark of its own).
  std::optional<std::uint64_t> BytesAlive(const RecursionGuard&, const Mark& from, const Mark& to);

  struct Instances {
    std::uint64_t count = 0;
    std::vector<v8::SnapshotObjectId> ids;  // of the first ones, at most kMostIds
  };
  static constexpr std::size_t kMostIds = 16;

  // Instances born after `from` and not after `to` and alive now, by exact constructor name.
  std::vector<Instances> InstancesAlive(const RecursionGuard&, const Mark& from, const Mark& to,
                                            const std::vector<std::string>& constructors);

 private:
  class Stream;

  void Start(const RecursionGuard&, bool traces);

  v8::Isolate* const isolate_;
  int users_ = 0;
  std::uint32_t intervals_ = 0;
  bool shared_ = false;
  std::vector<Alive> by_interval_;
};

}  // namespace memspec::heap
