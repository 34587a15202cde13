// Sites of a closed window, from the scope's sample log: what each stack allocated, what of it was alive at the peak,
// and what is alive now. Not for the hot path: holds no lock while it reads the log (entries behind the log's end are
// never changed, and the log is pinned), and works in scratch memory that is given back.
#include "ledger/state.h"

namespace memspec::ledger {
namespace {

// Zeroed scratch memory for `count` objects.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::uint64_t count)
      : bytes_(count * sizeof(T)), data_(static_cast<T*>(MapOwn(bytes_, Backing::kLazily))) {}
  ~Scratch() { UnmapOwn(data_, bytes_, Backing::kLazily); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  T* data() const { return data_; }
  T& operator[](std::uint64_t at) const { return data_[at]; }

 private:
  std::size_t bytes_;
  T* data_;
};

constexpr std::uint64_t kMappingSeed = 1;  // stands for the address in a mapping's hash; the entry's kind tells them apart

std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t h = (a ^ (b * 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
  return h ^ (h >> 29);
}

struct LiveSample {
  std::uint64_t entry;   // position of its log entry + 1; 0: empty slot
  std::uint64_t bytes;   // alive at the peak; for a block just 1 or 0
  std::uint64_t now;     // likewise, alive now
  std::uint64_t site;
};

class SiteBuilder {
 public:
  SiteBuilder(const LogUnit* log, std::uint64_t allocations)
      : log_(log),
        mask_(SlotsFor(allocations) - 1),
        samples_(mask_ + 1),
        site_slots_(mask_ + 1),
        sites_(allocations + 1) {}

  bool has_memory() const { return samples_.data() && site_slots_.data() && sites_.data(); }
  std::size_t size() const { return site_count_; }
  const Site& operator[](std::size_t at) const { return sites_[at]; }

  // Replays [begin, end); what is alive when the peak's position is passed is remembered by AddPeak.
  void Replay(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t at = begin; at < end;) {
      const LogUnit& unit = log_[at];
      switch (unit.kind()) {
        case LogKind::kAllocated:
        case LogKind::kMapped:
          Add(at);
          at += 2;
          continue;
        case LogKind::kFreed:
        case LogKind::kRestored:
          if (LiveSample* sample = Find(unit.payload(), unit.sample, LogKind::kAllocated)) {
            sample->bytes = unit.kind() == LogKind::kRestored ? 1 : 0;
          }
          break;
        case LogKind::kUnmapped:
          if (LiveSample* sample = Find(0, unit.sample, LogKind::kMapped)) sample->bytes -= unit.payload();
          break;
      }
      ++at;
    }
  }

  void AddPeak() {
    ForEachSample([&](const LiveSample& sample, const LogUnit& unit, const WeightUnit& weight, Site& site) {
      if (sample.bytes == 0) return;
      site.bytes_at_peak += Alive(unit, weight, sample.bytes);
      site.count_at_peak += weight.count;
    });
  }

  void AddAliveNow() {
    MappingTable::Piece pieces[32];
    std::size_t found;
    for (std::uint64_t from = 0; (found = g_state.mappings.Copy(from, pieces, 32)) != 0;) {
      for (std::size_t i = 0; i < found; ++i) {
        if (pieces[i].mapping.sample == 0) continue;
        LiveSample* sample = Find(0, pieces[i].mapping.sample, LogKind::kMapped);
        if (sample != nullptr) sample->now += pieces[i].end - pieces[i].start;
      }
      from = pieces[found - 1].start + 1;
    }
    ForEachSample([&](LiveSample& sample, const LogUnit& unit, const WeightUnit& weight, Site& site) {
      if (unit.kind() == LogKind::kAllocated) {
        sample.now = g_state.blocks.Holds(unit.payload(), unit.sample) ? 1 : 0;
      }
      if (sample.now == 0) return;
      site.bytes_alive += Alive(unit, weight, sample.now);
      site.count_alive += weight.count;
    });
  }

 private:
  static std::uint64_t SlotsFor(std::uint64_t allocations) {
    std::uint64_t slots = 64;
    while (slots < allocations * 2) slots *= 2;
    return slots;
  }

  // A mapping may be alive in part.
  static double Alive(const LogUnit& unit, const WeightUnit& weight, std::uint64_t alive) {
    const auto whole = static_cast<double>(weight.bytes);
    if (unit.kind() == LogKind::kAllocated || alive == unit.payload()) return whole;
    return whole * (static_cast<double>(alive) / static_cast<double>(unit.payload()));
  }

  WeightUnit WeightAt(std::uint64_t at) const { return std::bit_cast<WeightUnit>(log_[at + 1]); }

  static std::uint64_t Hash(std::uint64_t address, std::uint32_t sample, LogKind kind) {
    return kind == LogKind::kMapped ? Mix(kMappingSeed, sample) : Mix(address, sample);
  }

  LiveSample& Slot(std::uint64_t address, std::uint32_t number, LogKind kind) const {
    for (std::uint64_t at = Hash(address, number, kind) & mask_;; at = (at + 1) & mask_) {
      LiveSample& slot = samples_[at];
      if (slot.entry == 0) return slot;
      const LogUnit& unit = log_[slot.entry - 1];
      if (unit.sample == number && unit.kind() == kind && (kind == LogKind::kMapped || unit.payload() == address)) {
        return slot;
      }
    }
  }
  LiveSample* Find(std::uint64_t address, std::uint32_t number, LogKind kind) const {
    LiveSample& slot = Slot(address, number, kind);
    return slot.entry == 0 ? nullptr : &slot;
  }

  void Add(std::uint64_t at) {
    const LogUnit& unit = log_[at];
    const WeightUnit weight = WeightAt(at);
    LiveSample& slot = Slot(unit.payload(), unit.sample, unit.kind());
    slot.entry = at + 1;
    slot.bytes = unit.kind() == LogKind::kMapped ? unit.payload() : 1;
    slot.site = SiteOf(unit.stack, unit.space());
    Site& site = sites_[slot.site];
    site.bytes += static_cast<double>(weight.bytes);
    site.count += weight.count;
  }

  std::uint64_t SiteOf(StackId stack, Space space) {
    std::uint64_t at = Mix(static_cast<std::uint64_t>(stack), static_cast<std::uint64_t>(space));
    for (at &= mask_; site_slots_[at] != 0; at = (at + 1) & mask_) {
      const Site& site = sites_[site_slots_[at] - 1];
      if (site.stack == stack && site.space == space) return site_slots_[at] - 1;
    }
    sites_[site_count_].stack = stack;
    sites_[site_count_].space = space;
    site_slots_[at] = ++site_count_;
    return site_count_ - 1;
  }

  template <class Visit>
  void ForEachSample(Visit visit) {
    for (std::uint64_t at = 0; at <= mask_; ++at) {
      LiveSample& sample = samples_[at];
      if (sample.entry == 0) continue;
      visit(sample, log_[sample.entry - 1], WeightAt(sample.entry - 1), sites_[sample.site]);
    }
  }

  const LogUnit* log_;
  std::uint64_t mask_;
  Scratch<LiveSample> samples_;
  Scratch<std::uint64_t> site_slots_;  // index in sites_ + 1
  Scratch<Site> sites_;
  std::uint64_t site_count_ = 0;
};

std::uint64_t CountAllocations(const LogUnit* log, std::uint64_t begin, std::uint64_t end) {
  std::uint64_t count = 0;
  for (std::uint64_t at = begin; at < end; ++at) {
    if (log[at].kind() != LogKind::kAllocated && log[at].kind() != LogKind::kMapped) continue;
    ++count;
    ++at;  // its weight
  }
  return count;
}

struct Range {
  std::uint64_t begin, peak, end;
};

std::size_t Build(const LogUnit* log, const Range& range, Site* out, std::size_t capacity) {
  SiteBuilder builder(log, CountAllocations(log, range.begin, range.end));
  if (!builder.has_memory()) return kNoMemory;
  builder.Replay(range.begin, range.peak);
  builder.AddPeak();
  builder.Replay(range.peak, range.end);
  builder.AddAliveNow();
  for (std::size_t i = 0; i < builder.size() && i < capacity; ++i) out[i] = builder[i];
  return builder.size();
}

// The log is pinned.
std::size_t BuildAndUnpin(Scope& scope, const LogUnit* log, const Range& range, Site* out, std::size_t capacity) {
  const std::size_t count = Build(log, range, out, capacity);
  void* old_log;
  {
    SpinGuard guard(scope.lock);
    scope.UnpinLog();
    old_log = scope.ResetLogIfUnused(g_state.scopes.Now());
  }
  UnmapOwn(old_log, SampleLog::kBytes, Backing::kLazily);
  return count;
}

}  // namespace

std::size_t Sites(const RecursionGuard&, DomainId domain, WindowId id, Site* out, std::size_t capacity) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return 0;
  Range range;
  const LogUnit* log;
  {
    SpinGuard guard(scope->lock);
    const Window* found = scope->IsOwnedBy(domain) ? scope->Find(id) : nullptr;
    if (found == nullptr || found->state != WindowState::kClosed) return 0;
    range = {found->samples_begin, found->total.position, found->samples_end};
    log = scope->log().units();
    scope->PinLog();
  }
  return BuildAndUnpin(*scope, log, range, out, capacity);
}

std::size_t SitesOf(const RecursionGuard&, DomainId domain, const WindowFigures& rolled, Site* out, std::size_t capacity) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr || rolled.samples_begin == rolled.samples_end) return 0;
  const Range range{rolled.samples_begin, rolled.samples_at_peak, rolled.samples_end};
  const LogUnit* log;
  {
    SpinGuard guard(scope->lock);
    if (!scope->IsOwnedBy(domain) || !scope->HasOpenWindow()) return 0;
    log = scope->log().units();
    scope->PinLog();
  }
  return BuildAndUnpin(*scope, log, range, out, capacity);
}

std::size_t SitesSoFar(const RecursionGuard&, DomainId domain, WindowId id, Site* out, std::size_t capacity) {
  Scope* scope = g_state.scopes.Of(domain);
  if (scope == nullptr) return 0;
  Range range;
  const LogUnit* log;
  {
    SpinGuard guard(scope->lock);
    const Window* found = scope->IsOwnedBy(domain) ? scope->Find(id) : nullptr;
    if (found == nullptr || found->state != WindowState::kOpen) return 0;
    const std::uint64_t now = scope->log().position();
    range = {found->samples_begin, now, now};
    if (range.begin == range.end) return 0;
    log = scope->log().units();
    scope->PinLog();
  }
  return BuildAndUnpin(*scope, log, range, out, capacity);
}

}  // namespace memspec::ledger
