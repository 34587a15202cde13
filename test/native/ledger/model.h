// A naive model of the ledger: every event is logged, and every question is answered by replaying the log from the
// definitions in ledger.h and total_peak.h. Slow, obvious, and shares no idea with the ledger.
#pragma once
#include <array>
#include <map>
#include <vector>

#include "world.h"

namespace test {

enum class What { kAlloc, kFree, kRestore, kReading, kUnknownFree, kUnseenFree };

struct Event {
  What what;
  DomainId domain{};  // of the block; of the scope for kReading
  Space space{};
  std::uint64_t bytes = 0;
  int object = -1;    // index of the block or mapping
  bool whole = true;  // false: a part of a mapping, not its last
  std::int64_t heap = 0;
};

struct Object {
  std::uint64_t bytes;
  DomainId domain;
  Space space;
  Sample sample;
  std::size_t born;  // position in the event log
};

struct ModelWindow {
  DomainId scope;
  std::size_t begin, end = 0;
};

struct ModelTotals {
  std::int64_t upper, lower;
  std::size_t position;  // of the event after which the peak stood
};

using SiteKey = std::pair<StackId, Space>;
struct ModelSite {
  double bytes = 0, count = 0, bytes_at_peak = 0, count_at_peak = 0, bytes_alive = 0, count_alive = 0;
};

class Model {
 public:
  static constexpr std::uint64_t kPage = 4096;

  void Alloc(std::uint64_t address, std::uint64_t bytes, Space space, DomainId domain, const Sample& sample);
  bool Free(std::uint64_t address, DomainId thread);
  void Restore(std::uint64_t address);  // the last free of it
  void Map(std::uint64_t page, std::uint64_t bytes, Space space, DomainId domain, const Sample& sample);
  void Commit(std::uint64_t page, std::uint64_t bytes, Space space, DomainId domain, const Sample& sample);
  void Unmap(std::uint64_t page, std::uint64_t bytes);
  bool Covers(std::uint64_t page) const { return pages_.contains(page); }
  void Reading(DomainId scope, std::int64_t heap);

  ModelWindow Open(DomainId scope, std::int64_t heap);
  WindowFigures Close(ModelWindow& window, std::int64_t heap);
  Survivors Alive(const ModelWindow& window) const;
  std::map<SiteKey, ModelSite> SitesOf(const ModelWindow& window) const;

 private:
  struct MappedPage {
    int object;
    std::uint64_t bytes;
  };

  static bool Counts(DomainId scope, DomainId domain) {
    return scope == kProcessScope || domain == DomainId::kHelpers || domain == scope;
  }
  // Makes no room in the window: its peaks are as if it were still there.
  bool IsOlder(const ModelWindow& window, const Event& event) const {
    if (event.object < 0 || event.domain != DomainId::kHelpers || window.scope == kProcessScope) return false;
    return objects_[static_cast<std::size_t>(event.object)].born < window.begin;
  }
  int NewObject(std::uint64_t bytes, Space space, DomainId domain, const Sample& sample);
  void InsertPages(std::uint64_t page, std::uint64_t bytes, Space space, DomainId domain, const Sample& sample);
  ModelTotals Totals(const ModelWindow& window) const;
  // Bytes of each object born in the window that are alive after `end` events.
  std::map<int, std::uint64_t> BornAndAlive(const ModelWindow& window, std::size_t end) const;

  std::vector<Event> events_;
  std::vector<Object> objects_;
  std::map<std::uint64_t, int> blocks_;
  std::map<std::uint64_t, int> freed_;          // last freed object of an address
  std::map<std::uint64_t, MappedPage> pages_;   // by page number
};

}  // namespace test
