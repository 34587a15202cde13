#include "model.h"

namespace test {
namespace {
bool IsOffHeap(Space space) { return space == Space::kBuffers || space == Space::kNative; }
}  // namespace

int Model::NewObject(std::uint64_t bytes, Space space, DomainId domain, const Sample& sample) {
  objects_.push_back({bytes, domain, space, sample, events_.size()});
  const int object = static_cast<int>(objects_.size()) - 1;
  events_.push_back({What::kAlloc, domain, space, bytes, object});
  return object;
}

void Model::Alloc(std::uint64_t address, std::uint64_t bytes, Space space, DomainId domain, const Sample& sample) {
  if (const auto old = blocks_.find(address); old != blocks_.end()) {
    const Object& gone = objects_[static_cast<std::size_t>(old->second)];
    events_.push_back({What::kUnseenFree, gone.domain, gone.space});
    events_.push_back({What::kFree, gone.domain, gone.space, gone.bytes, old->second});
  }
  blocks_[address] = NewObject(bytes, space, domain, sample);
}

bool Model::Free(std::uint64_t address, DomainId thread) {
  const auto found = blocks_.find(address);
  if (found == blocks_.end()) {
    events_.push_back({What::kUnknownFree, thread});
    return false;
  }
  const Object& gone = objects_[static_cast<std::size_t>(found->second)];
  events_.push_back({What::kFree, gone.domain, gone.space, gone.bytes, found->second});
  freed_[address] = found->second;
  blocks_.erase(found);
  return true;
}

void Model::Restore(std::uint64_t address) {
  const int object = freed_.at(address);
  const Object& back = objects_[static_cast<std::size_t>(object)];
  events_.push_back({What::kRestore, back.domain, back.space, back.bytes, object});
  blocks_[address] = object;
}

void Model::InsertPages(std::uint64_t page, std::uint64_t bytes, Space space, DomainId domain, const Sample& sample) {
  const int object = NewObject(bytes, space, domain, sample);
  for (; bytes != 0; ++page) {
    const std::uint64_t here = std::min(bytes, kPage);
    pages_[page] = {object, here};
    bytes -= here;
  }
}

void Model::Map(std::uint64_t page, std::uint64_t bytes, Space space, DomainId domain, const Sample& sample) {
  Unmap(page, bytes);
  InsertPages(page, bytes, space, domain, sample);
}

void Model::Commit(std::uint64_t page, std::uint64_t bytes, Space space, DomainId domain, const Sample& sample) {
  const std::uint64_t end = page + (bytes + kPage - 1) / kPage;
  bool first = true;
  for (std::uint64_t at = page; at < end; ++at) {
    if (pages_.contains(at)) continue;
    std::uint64_t gap_end = at;
    while (gap_end < end && !pages_.contains(gap_end)) ++gap_end;
    const std::uint64_t gap = std::min(gap_end * kPage, page * kPage + bytes) - at * kPage;
    Sample part = sample;
    part.weight_bytes = static_cast<std::uint64_t>(
        static_cast<double>(sample.weight_bytes) * (static_cast<double>(gap) / static_cast<double>(bytes)) + 0.5);
    if (!first) part.weight_count = 0;
    first = false;
    InsertPages(at, gap, space, domain, part);
    at = gap_end;
  }
}

void Model::Unmap(std::uint64_t page, std::uint64_t bytes) {
  const std::uint64_t end = page + (bytes + kPage - 1) / kPage;
  for (; page < end; ++page) {
    const auto found = pages_.find(page);
    if (found == pages_.end()) continue;
    const MappedPage gone = found->second;
    pages_.erase(found);
    bool whole = true;
    for (const auto& [number, other] : pages_) whole = whole && other.object != gone.object;
    const Object& object = objects_[static_cast<std::size_t>(gone.object)];
    events_.push_back({What::kFree, object.domain, object.space, gone.bytes, gone.object, whole});
  }
}

void Model::Reading(DomainId scope, std::int64_t heap) {
  events_.push_back({What::kReading, scope, Space::kHeap, 0, -1, true, heap});
}

ModelWindow Model::Open(DomainId scope, std::int64_t heap) {
  Reading(scope, heap);
  return {scope, events_.size() - 1};
}

ModelTotals Model::Totals(const ModelWindow& window) const {
  // Levels relative to the window's start. events_[begin] is its first reading, events_[end - 1] its last.
  std::int64_t off = 0;
  std::int64_t off_max = 0;
  std::size_t off_max_position = window.begin;
  const std::int64_t start_heap = events_[window.begin].heap;
  std::int64_t heap = start_heap;
  ModelTotals totals{0, 0, window.begin};
  for (std::size_t at = window.begin + 1; at < window.end; ++at) {
    const Event& event = events_[at];
    if (event.what == What::kReading && event.domain == window.scope) {
      const std::int64_t upper = std::max(heap, event.heap) + off_max - start_heap;
      const std::int64_t now = event.heap + off - start_heap;
      totals.lower = std::max({totals.lower, now, std::min(heap, event.heap) + off_max - start_heap});
      if (upper > totals.upper) {
        totals.upper = upper;
        totals.position = now == upper ? at : off_max_position;
      }
      heap = event.heap;
      off_max = off;
      off_max_position = at;
    }
    if (event.object < 0 || !Counts(window.scope, event.domain) || !IsOffHeap(event.space)) continue;
    if (IsOlder(window, event)) continue;
    const auto bytes = static_cast<std::int64_t>(event.bytes);
    off += event.what == What::kFree ? -bytes : bytes;
    if (off > off_max) {
      off_max = off;
      off_max_position = at;
    }
  }
  return totals;
}

WindowFigures Model::Close(ModelWindow& window, std::int64_t heap) {
  Reading(window.scope, heap);
  window.end = events_.size();
  WindowFigures figures{};
  figures.known = true;
  struct Signed {
    std::int64_t allocated = 0, allocations = 0, freed = 0, frees = 0, older = 0;
  };
  std::array<Signed, kSpaceCount> sums{};
  SpaceFigures& heap_figures = figures.space[static_cast<int>(Space::kHeap)];
  const std::int64_t start_heap = events_[window.begin].heap;
  for (std::size_t at = window.begin; at < window.end; ++at) {
    const Event& event = events_[at];
    if (event.what == What::kReading) {
      if (event.domain == window.scope) {
        heap_figures.level_bytes = event.heap - start_heap;
        heap_figures.peak_bytes = std::max(heap_figures.peak_bytes, heap_figures.level_bytes);
      }
      continue;
    }
    if (!Counts(window.scope, event.domain)) continue;
    const auto bytes = static_cast<std::int64_t>(event.bytes);
    Signed& sum = sums[static_cast<std::size_t>(event.space)];
    switch (event.what) {
      case What::kAlloc:
        sum.allocated += bytes;
        ++sum.allocations;
        break;
      case What::kFree:
        sum.freed += bytes;
        sum.frees += event.whole ? 1 : 0;
        break;
      case What::kRestore:
        sum.freed -= bytes;
        --sum.frees;
        break;
      case What::kUnknownFree:
        ++figures.unknown_frees;
        break;
      case What::kUnseenFree:
        ++figures.unseen_frees;
        break;
      case What::kReading:
        break;
    }
    SpaceFigures& space = figures.space[static_cast<int>(event.space)];
    if (event.object < 0) continue;
    space.level_bytes = sum.allocated - sum.freed;
    if (IsOlder(window, event)) sum.older += event.what == What::kFree ? bytes : -bytes;
    space.peak_bytes = std::max(space.peak_bytes, space.level_bytes + sum.older);
  }
  for (int i = 0; i < kSpaceCount; ++i) {
    Signed& sum = sums[static_cast<std::size_t>(i)];
    // What was taken back of frees before the window counts as allocated in it.
    figures.space[i].allocated_bytes = static_cast<std::uint64_t>(sum.allocated + std::max<std::int64_t>(0, -sum.freed));
    figures.space[i].freed_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, sum.freed));
    figures.space[i].allocation_count =
        static_cast<std::uint64_t>(sum.allocations + std::max<std::int64_t>(0, -sum.frees));
    figures.space[i].free_count = static_cast<std::uint64_t>(std::max<std::int64_t>(0, sum.frees));
  }
  const ModelTotals totals = Totals(window);
  figures.total_peak_bytes = totals.upper;
  figures.total_peak_error = totals.upper - totals.lower;
  return figures;
}

std::map<int, std::uint64_t> Model::BornAndAlive(const ModelWindow& window, std::size_t end) const {
  struct Alive {
    std::uint64_t bytes = 0;
    bool is = false;
  };
  std::map<int, Alive> alive;
  for (std::size_t at = window.begin; at < end; ++at) {
    const Event& event = events_[at];
    if (event.object < 0 || !Counts(window.scope, event.domain)) continue;
    const Object& object = objects_[static_cast<std::size_t>(event.object)];
    if (object.born < window.begin || object.born >= window.end) continue;
    Alive& entry = alive[event.object];
    if (event.what == What::kFree) {
      entry.bytes -= event.bytes;
      if (event.whole) entry.is = false;
    } else {
      entry.bytes += event.bytes;
      entry.is = true;
    }
  }
  std::map<int, std::uint64_t> result;
  for (const auto& [object, entry] : alive) {
    if (entry.is) result[object] = entry.bytes;
  }
  return result;
}

Survivors Model::Alive(const ModelWindow& window) const {
  Survivors survivors{};
  for (const auto& [index, bytes] : BornAndAlive(window, events_.size())) {
    const Object& object = objects_[static_cast<std::size_t>(index)];
    survivors.bytes[static_cast<int>(object.space)] += bytes;
    ++survivors.count[static_cast<int>(object.space)];
  }
  return survivors;
}

std::map<SiteKey, ModelSite> Model::SitesOf(const ModelWindow& window) const {
  std::map<SiteKey, ModelSite> sites;
  const auto site_of = [&](const Object& object) -> ModelSite& { return sites[{object.sample.stack, object.space}]; };
  for (const Object& object : objects_) {
    if (object.sample.stack == StackId::kNone || !Counts(window.scope, object.domain)) continue;
    if (object.born < window.begin || object.born >= window.end) continue;
    site_of(object).bytes += static_cast<double>(object.sample.weight_bytes);
    site_of(object).count += object.sample.weight_count;
  }
  const auto share = [](const Object& object, std::uint64_t bytes) {
    const double whole = static_cast<double>(object.sample.weight_bytes);
    return object.bytes == 0 ? whole : whole * (static_cast<double>(bytes) / static_cast<double>(object.bytes));
  };
  for (const auto& [index, bytes] : BornAndAlive(window, Totals(window).position + 1)) {
    const Object& object = objects_[static_cast<std::size_t>(index)];
    if (object.sample.stack == StackId::kNone) continue;
    site_of(object).bytes_at_peak += share(object, bytes);
    site_of(object).count_at_peak += object.sample.weight_count;
  }
  for (const auto& [index, bytes] : BornAndAlive(window, events_.size())) {
    const Object& object = objects_[static_cast<std::size_t>(index)];
    if (object.sample.stack == StackId::kNone) continue;
    site_of(object).bytes_alive += share(object, bytes);
    site_of(object).count_alive += object.sample.weight_count;
  }
  return sites;
}

}  // namespace test
