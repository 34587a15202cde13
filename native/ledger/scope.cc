#include "ledger/scope.h"

#include <algorithm>
#include <utility>

namespace memspec::ledger {
namespace {

constexpr std::uint32_t kIndexBits = 12;
static_assert(Scope::kMaxWindows == 1u << kIndexBits);
constexpr std::uint32_t kGenerations = (1u << (32 - kIndexBits)) - 1;  // the last one would give WindowId::kInvalid

// A log that was longer than this gives its memory back when it is reset.
constexpr std::uint64_t kKeptLogBytes = std::uint64_t{1} << 20;

// A heap reading is wanted when off-heap memory moved by 1/1000 of the peak, but not for less than a page.
constexpr std::int64_t kLeastReadingThreshold = 4096;

WindowId IdOf(std::uint32_t index, std::uint32_t generation) {
  return static_cast<WindowId>(generation << kIndexBits | index);
}

SpaceFigures Difference(const SpaceCounters& start, const SpaceCounters& end, std::int64_t peak_level) {
  SpaceFigures f{};
  f.allocated_bytes = end.allocated_bytes - start.allocated_bytes;
  f.allocation_count = end.allocation_count - start.allocation_count;
  f.freed_bytes = end.freed_bytes - start.freed_bytes;
  f.free_count = end.free_count - start.free_count;
  f.level_bytes = end.level() - start.level();
  f.peak_bytes = peak_level - start.level();
  // A free from before the window that was taken back inside it leaves less freed than there was at the start. The
  // block came (back) within the window: that is what an allocation is.
  if (static_cast<std::int64_t>(f.freed_bytes) < 0) {
    f.allocated_bytes -= f.freed_bytes;
    f.freed_bytes = 0;
  }
  if (static_cast<std::int64_t>(f.free_count) < 0) {
    f.allocation_count -= f.free_count;
    f.free_count = 0;
  }
  return f;
}

std::int64_t OlderOffHeap(const Window& window) {
  return window.older_bytes[static_cast<int>(Space::kBuffers)] + window.older_bytes[static_cast<int>(Space::kNative)];
}

}  // namespace

bool Scope::HasYounger(std::uint32_t birth) const {
  if (IsOwnedBy(kProcessScope)) return false;
  for (std::uint16_t index = first_open_; index != kNoWindow; index = windows_[index].next_open) {
    if (windows_[index].birth_begin > birth) return true;
  }
  return false;
}

void Scope::CountOlder(Space space, std::uint64_t bytes, bool whole, std::uint32_t birth) {
  SetApart(space, static_cast<std::int64_t>(bytes), birth);
  CountFree(space, bytes, whole);
  LookAnew(space);
}

void Scope::CountRestored(Space space, std::uint64_t bytes, DomainId owner, std::uint32_t birth) {
  if (owner != DomainId::kHelpers || !HasYounger(birth)) {
    CountRestored(space, bytes);
    return;
  }
  SetApart(space, -static_cast<std::int64_t>(bytes), birth);
  CountRestored(space, bytes);
  LookAnew(space);
}

// Before the counters move by what is older than some windows: the highest so far are kept as each window sees them.
void Scope::SetApart(Space space, std::int64_t bytes, std::uint32_t birth) {
  const int at = static_cast<int>(space);
  const bool of_total = space != Space::kEngine;
  for (std::uint16_t index = first_open_; index != kNoWindow; index = windows_[index].next_open) {
    Window& window = windows_[index];
    window.peak_level[at] = std::max(window.peak_level[at], spaces_[at].peak_level + window.older_bytes[at]);
    if (of_total) {
      FoldTotal(window);
      const std::int64_t off = total_.off_max() + OlderOffHeap(window);
      if (off > window.waiting_off) {
        window.waiting_off = off;
        window.waiting_position = total_.off_max_position();
      }
    }
    if (window.birth_begin > birth) window.older_bytes[at] += bytes;
  }
}

void Scope::LookAnew(Space space) {
  SpaceCounters& counters = spaces_[static_cast<int>(space)];
  counters.peak_level = counters.level();
  if (space == Space::kEngine) return;
  total_.BeginAnew(log_.position());
  has_waiting_ = true;
}

// Ends an interval of the total's peak, as all readings do.
void Scope::Read(std::int64_t heap_used) {
  const std::int64_t before = total_.heap();
  total_.Read(heap_used, log_.position());
  if (!has_waiting_) return;
  has_waiting_ = false;
  for (std::uint16_t index = first_open_; index != kNoWindow; index = windows_[index].next_open) {
    Window& window = windows_[index];
    const std::int64_t off = std::exchange(window.waiting_off, TotalPeak::kNoLevel);
    if (off == TotalPeak::kNoLevel) continue;
    window.total.lower = std::max(window.total.lower, std::min(before, heap_used) + off);
    const std::int64_t upper = std::max(before, heap_used) + off;
    if (upper <= window.total.upper) continue;
    window.total.upper = upper;
    const bool now = total_.now() + OlderOffHeap(window) == upper;
    window.total.position = now ? log_.position() : window.waiting_position;
  }
}

void Scope::CountRestored(Space space, std::uint64_t bytes) {
  SpaceCounters& counters = spaces_[static_cast<int>(space)];
  counters.freed_bytes -= bytes;
  --counters.free_count;
  counters.peak_level = std::max(counters.peak_level, counters.level());
  if (space != Space::kEngine) total_.Raise(static_cast<std::int64_t>(bytes), log_.position());
}

void Scope::AdoptMemory(void** windows, void** log) {
  if (windows_ == nullptr && *windows != nullptr) {
    windows_ = static_cast<Window*>(*windows);
    *windows = nullptr;
  }
  if (!log_.has_memory() && *log != nullptr) {
    log_.Adopt(*log);
    *log = nullptr;
  }
}

void Scope::TakeOver(DomainId domain) {
  for (std::uint32_t index = 0; index < never_used_; ++index) {
    if (windows_[index].state != WindowState::kUnused) ForgetWindow(windows_[index]);
  }
  owner_ = static_cast<std::uint16_t>(domain);
}

void Scope::Activate(std::int64_t heap_used) {
  for (SpaceCounters& counters : spaces_) counters = SpaceCounters();
  has_waiting_ = false;
  total_.Start(heap_used, log_.position());
}

Window* Scope::OpenWindow(std::int64_t heap_used, WindowId* id) {
  std::uint16_t index = first_unused_;
  if (windows_ == nullptr || (index == kNoWindow && never_used_ == kMaxWindows)) return nullptr;
  if (index == kNoWindow) {
    index = never_used_++;
  } else {
    first_unused_ = windows_[index].next_unused;
  }
  if (HasOpenWindow()) {
    Read(heap_used);
    FoldSegment();
  } else {
    Activate(heap_used);
  }

  Window& window = windows_[index];
  window.state = WindowState::kOpen;
  StartWindow(window, heap_used);

  window.previous_open = kNoWindow;
  window.next_open = first_open_;
  if (first_open_ != kNoWindow) windows_[first_open_].previous_open = index;
  first_open_ = index;
  ++kept_;
  StartSegment();
  *id = IdOf(index, window.generation);
  return &window;
}

void Scope::StartWindow(Window& window, std::int64_t heap_used) {
  for (int space = 0; space < kSpaceCount; ++space) {
    window.start[space] = spaces_[space];
    window.peak_level[space] = spaces_[space].level();
    window.older_bytes[space] = 0;
  }
  window.waiting_off = TotalPeak::kNoLevel;
  window.peak_level[static_cast<int>(Space::kHeap)] = heap_used;
  window.start_losses = losses_;
  window.start_losses.samples_dropped = log_.dropped();
  window.start_heap = heap_used;
  window.start_total = total_.now();
  window.total = {total_.now(), total_.now(), log_.position()};
  window.samples_begin = log_.position();
  window.samples_end = log_.position();
}

WindowFigures Scope::CloseWindow(Window& window, std::int64_t heap_used) {
  Read(heap_used);
  FoldSegment();
  const WindowFigures figures = FiguresOf(window, heap_used);
  Unlink(window);
  window.state = WindowState::kClosed;
  StartSegment();
  return figures;
}

WindowFigures Scope::RollWindow(Window& window, std::int64_t heap_used) {
  Read(heap_used);
  FoldSegment();
  const WindowFigures figures = FiguresOf(window, heap_used);
  StartWindow(window, heap_used);
  StartSegment();
  return figures;
}

Levels Scope::LevelsSince(const Window& window) const {
  Levels levels{};
  for (int space = 0; space < kSpaceCount; ++space) levels.bytes[space] = spaces_[space].level() - window.start[space].level();
  levels.bytes[static_cast<int>(Space::kHeap)] = total_.heap();
  return levels;
}

WindowFigures Scope::FiguresOf(Window& window, std::int64_t heap_used) {
  window.samples_end = log_.position();

  WindowFigures figures{};
  figures.known = true;
  for (int space = 0; space < kSpaceCount; ++space) {
    figures.space[space] = Difference(window.start[space], spaces_[space], window.peak_level[space]);
  }
  SpaceFigures& heap = figures.space[static_cast<int>(Space::kHeap)];
  heap.level_bytes = heap_used - window.start_heap;
  heap.peak_bytes = window.peak_level[static_cast<int>(Space::kHeap)] - window.start_heap;
  figures.total_peak_bytes = window.total.upper - window.start_total;
  figures.total_peak_error = window.total.upper - window.total.lower;
  figures.unknown_frees = losses_.unknown_frees - window.start_losses.unknown_frees;
  figures.unseen_frees = losses_.unseen_frees - window.start_losses.unseen_frees;
  figures.blocks_dropped = losses_.blocks_dropped - window.start_losses.blocks_dropped;
  figures.samples_dropped = log_.dropped() - window.start_losses.samples_dropped;
  figures.samples_begin = window.samples_begin;
  figures.samples_end = window.samples_end;
  figures.samples_at_peak = window.total.position;
  return figures;
}

void Scope::ForgetWindow(Window& window) {
  if (window.state == WindowState::kOpen) Unlink(window);
  window.state = WindowState::kUnused;
  window.generation = (window.generation + 1) % kGenerations;
  window.next_unused = first_unused_;
  first_unused_ = IndexOf(window);
  --kept_;
}

Window* Scope::Find(WindowId id) {
  const auto number = static_cast<std::uint32_t>(id);
  const std::uint32_t index = number & (kMaxWindows - 1u);
  if (index >= never_used_) return nullptr;
  Window& window = windows_[index];
  return window.state != WindowState::kUnused && window.generation == number >> kIndexBits ? &window : nullptr;
}

void Scope::ReadHeap(std::int64_t heap_used) {
  Read(heap_used);
  const Window& newest = windows_[first_open_];
  const std::int64_t peak = std::max(newest.total.upper, total_.bounds().upper) - newest.start_total;
  total_.SetReadingThreshold(std::max(kLeastReadingThreshold, peak / 1000));
}

void* Scope::ResetLogIfUnused(std::uint32_t clock) {
  return kept_ != 0 || log_readers_ != 0 ? nullptr : ResetLog(clock);
}

void* Scope::ResetLog(std::uint32_t clock) {
  log_birth_ = clock;
  log_.Reset();
  return log_.touched_bytes() > kKeptLogBytes ? log_.Release() : nullptr;
}

void* Scope::RestartLog(Window& window, std::uint32_t clock) {
  window.samples_begin = window.samples_end = window.total.position = window.waiting_position = 0;
  total_.ForgetPositions();
  return ResetLog(clock);
}

std::uint64_t Scope::touched_bytes() const {
  return log_.touched_bytes() + RoundUpToPage(never_used_ * sizeof(Window));
}

void Scope::FoldSegment() {
  for (std::uint16_t index = first_open_; index != kNoWindow; index = windows_[index].next_open) {
    Window& window = windows_[index];
    for (int space = 0; space < kSpaceCount; ++space) {
      const bool heap = space == static_cast<int>(Space::kHeap);
      const std::int64_t highest = heap ? total_.heap_peak() : spaces_[space].peak_level + window.older_bytes[space];
      window.peak_level[space] = std::max(window.peak_level[space], highest);
    }
    FoldTotal(window);
  }
}

void Scope::FoldTotal(Window& window) const {
  const TotalPeak::Bounds& bounds = total_.bounds();
  const std::int64_t older = OlderOffHeap(window);
  window.total.lower = std::max(window.total.lower, bounds.lower + older);
  if (bounds.upper + older <= window.total.upper) return;
  window.total.upper = bounds.upper + older;
  window.total.position = bounds.position;
}

void Scope::StartSegment() {
  for (SpaceCounters& counters : spaces_) counters.peak_level = counters.level();
  total_.StartSegment(log_.position());
  std::int64_t peak = 0;
  if (HasOpenWindow()) peak = windows_[first_open_].total.upper - windows_[first_open_].start_total;
  total_.SetReadingThreshold(std::max(kLeastReadingThreshold, peak / 1000));
}

void Scope::Unlink(Window& window) {
  if (window.previous_open == kNoWindow) {
    first_open_ = window.next_open;
  } else {
    windows_[window.previous_open].next_open = window.next_open;
  }
  if (window.next_open != kNoWindow) windows_[window.next_open].previous_open = window.previous_open;
}

std::uint16_t Scope::IndexOf(const Window& window) const {
  return static_cast<std::uint16_t>(&window - windows_);
}

}  // namespace memspec::ledger
