#include "counting_sink.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/own_memory.h"
#include "base/spin_lock.h"
#include "hooks/hook.h"
#include "hooks/object_map.h"
#include "hooks/unwind.h"

namespace counter {
namespace {

using namespace memspec;
using namespace memspec::hooks;

struct Block {
  std::uintptr_t address;  // 0: empty, 1: removed
  std::uint64_t bytes;
  Space space;
};
constexpr std::size_t kTableSize = 1 << 22;

constinit SpinLock g_lock;
constinit Figures g_figures;
constinit Block* g_table = nullptr;
constinit LogEntry* g_log = nullptr;
constinit std::size_t g_log_count = 0;
constinit bool g_log_native = false, g_log_engine = false;
constinit int g_errno = 0;

std::size_t HashOf(std::uintptr_t address) { return (address >> 4) * 0x9e3779b97f4a7c15u >> 42; }

Block* Find(std::uintptr_t address) {
  for (std::size_t i = HashOf(address); g_table[i % kTableSize].address != 0; i++) {
    if (g_table[i % kTableSize].address == address) return &g_table[i % kTableSize];
  }
  return nullptr;
}

void Insert(std::uintptr_t address, std::uint64_t bytes, Space space) {
  std::size_t i = HashOf(address);
  while (g_table[i % kTableSize].address > 1 && g_table[i % kTableSize].address != address) i++;
  g_table[i % kTableSize] = {address, bytes, space};
  const int s = static_cast<int>(space);
  g_figures.live_blocks++;
  g_figures.live_bytes[s] += bytes;
  if (g_figures.live_bytes[s] > g_figures.peak_bytes[s]) g_figures.peak_bytes[s] = g_figures.live_bytes[s];
}

void Add(Totals& totals, std::uint64_t bytes) {
  totals.count++;
  totals.bytes += bytes;
}

void Log(Space space, Function function, std::uint64_t bytes, const CallSite& site) {
  const bool wanted = space == Space::kEngine ? g_log_engine : g_log_native;
  if (!wanted) return;
  if (g_log_count == kLogCapacity) {
    g_figures.truncated = true;
    return;
  }
  LogEntry& entry = g_log[g_log_count++];
  entry = {space, function, getpid() == syscall(SYS_gettid), bytes, {}};
  Frame frame = FrameOf(site);
  for (int i = 0; i < kLoggedFrames; i++) {
    entry.frames[i] = frame.return_address;
    if (!StepUp(frame)) break;
  }
}

void OnAllocated(const RecursionGuard&, const AllocationEvent& event) {
  {
    const SpinGuard lock(g_lock);
    const int space = static_cast<int>(event.space);
    Add(g_figures.by_space[space], event.bytes);
    Add(g_figures.by_function[space][static_cast<int>(event.function)], event.bytes);
    Insert(reinterpret_cast<std::uintptr_t>(event.address), event.bytes, event.space);
    Log(event.space, event.function, event.bytes, event.site);
  }
  errno = g_errno;
}

FreedBlock OnFreed(const RecursionGuard&, void* address) {
  FreedBlock freed;
  {
    const SpinGuard lock(g_lock);
    Block* const block = Find(reinterpret_cast<std::uintptr_t>(address));
    if (block != nullptr) {
      freed.known = true;
      static_assert(sizeof(Block) <= sizeof freed.opaque);
      __builtin_memcpy(freed.opaque, block, sizeof *block);
      Add(g_figures.freed[static_cast<int>(block->space)], block->bytes);
      g_figures.live_bytes[static_cast<int>(block->space)] -= block->bytes;
      g_figures.live_blocks--;
      block->address = 1;
    }
  }
  errno = g_errno;
  return freed;
}

void OnRestored(const RecursionGuard&, void* address, const FreedBlock& freed) {
  const SpinGuard lock(g_lock);
  g_figures.restored++;
  if (!freed.known) return;
  Block block;
  __builtin_memcpy(&block, freed.opaque, sizeof block);
  Totals& totals = g_figures.freed[static_cast<int>(block.space)];
  totals.count--;
  totals.bytes -= block.bytes;
  Insert(reinterpret_cast<std::uintptr_t>(address), block.bytes, block.space);
}

void OnMapped(const RecursionGuard&, const MappingEvent& event) {
  const SpinGuard lock(g_lock);
  const int space = static_cast<int>(event.space);
  Add(event.accessible ? g_figures.mapped[space] : g_figures.reserved[space], event.bytes);
  Add(g_figures.by_function[space][static_cast<int>(event.function)], event.bytes);
  Log(event.space, event.function, event.bytes, event.site);
  errno = g_errno;
}

// The hooks do not say who unmaps (the ledger knows by the address whose memory it was). V8's threads give pages back at any
// moment, so what the program's own libraries did is told apart here, by the first caller outside this addon.
bool ProgramUnmaps(const CallSite& here) {
  Frame frame = FrameOf(here);
  for (int i = 0; i < kLoggedFrames; i++) {
    const MappedObject* const object = FindObject(frame.return_address - 1);
    if (object == nullptr || object->owner != CodeOwner::kMemspec) {
      return object != nullptr && object->owner == CodeOwner::kProgram;
    }
    if (!StepUp(frame)) break;
  }
  return false;
}

[[gnu::noinline]] void OnUnmapped(const RecursionGuard&, void*, std::size_t bytes) {
  const bool program = ProgramUnmaps(MEMSPEC_CALL_SITE());
  const SpinGuard lock(g_lock);
  Add(program ? g_figures.unmapped : g_figures.unmapped_by_others, bytes);
  errno = g_errno;
}

void OnHeapSampled(const RecursionGuard&, void*, std::size_t, bool, const CallSite&) {
  const SpinGuard lock(g_lock);
  g_figures.heap_samples++;
}

void OnUnknownFreed(const RecursionGuard&) {
  const SpinGuard lock(g_lock);
  g_figures.unknown_frees++;
}

constexpr Sink kCounting = {[](const void*) {}, OnAllocated, OnFreed, OnUnknownFreed, OnRestored, OnMapped, OnUnmapped, OnHeapSampled,
                             [](const RecursionGuard&, int, const CallSite&) {}, [](const RecursionGuard&, void*) {}};
constexpr Sink kEmpty = {
    [](const void*) {},
    [](const RecursionGuard&, const AllocationEvent&) {},
    [](const RecursionGuard&, void*) { return FreedBlock{}; },
    [](const RecursionGuard&) {},
    [](const RecursionGuard&, void*, const FreedBlock&) {},
    [](const RecursionGuard&, const MappingEvent&) {},
    [](const RecursionGuard&, void*, std::size_t) {},
    [](const RecursionGuard&, void*, std::size_t, bool, const CallSite&) {},
    [](const RecursionGuard&, int, const CallSite&) {},
    [](const RecursionGuard&, void*) {},
};

}  // namespace

const Sink& CountingSink() { return kCounting; }
const Sink& EmptySink() { return kEmpty; }

void Reset(bool log_native, bool log_engine) {
  const RecursionGuard guard;
  if (g_table == nullptr) {
    g_table = static_cast<Block*>(MapOwn(kTableSize * sizeof(Block), Backing::kLazily));
    g_log = static_cast<LogEntry*>(MapOwn(kLogCapacity * sizeof(LogEntry), Backing::kLazily));
  }
  const SpinGuard lock(g_lock);
  if (g_figures.live_blocks != 0 || g_figures.freed[0].count + g_figures.freed[2].count != 0) {
    for (std::size_t i = 0; i < kTableSize; i++) g_table[i] = {};
  }
  g_figures = {};
  g_log_count = 0;
  g_log_native = log_native;
  g_log_engine = log_engine;
}

Figures Read() {
  const SpinGuard lock(g_lock);
  return g_figures;
}

std::size_t ReadLog(const LogEntry** entries) {
  const SpinGuard lock(g_lock);
  *entries = g_log;
  return g_log_count;
}

void SetErrnoInSink(int value) { g_errno = value; }

}  // namespace counter
