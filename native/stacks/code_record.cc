#include "stacks/code_record.h"

#include <array>
#include <mutex>
#include <vector>

namespace memspec::stacks {
namespace {

constexpr std::uint32_t kChunk = 1024;

struct Store {
  std::mutex lock;  // never taken on the hot path
  // Chunks never move, so a record may be read without the lock by whoever holds its id.
  std::array<std::atomic<CodeRecord*>, kMaxCodeRecords / kChunk> chunks{};
  std::vector<std::uint32_t> free;
  std::uint32_t next = 1;  // 0 is kNone
  std::uint64_t alive = 0;
  std::uint64_t dropped = 0;
};

// Never destroyed: hooks and V8's threads may outlive static destruction.
Store& TheStore() {
  static Store* const store = new Store;
  return *store;
}

}  // namespace

void CodeRecord::Clear() {
  owner = nullptr;
  start = 0;
  function = std::string();
  url.reset();
  lines = LineTable();
  bytes = {};
  optimized.reset();
  script.Reset();
  script_id = -1;
  line = column = 0;
  length = 0;
  kind = CodeKind::kOther;
  allocates = handler = false;
  handles = -1;
}

CodeId NewRecord() {
  Store& store = TheStore();
  const std::lock_guard hold(store.lock);
  std::uint32_t id;
  if (!store.free.empty()) {
    id = store.free.back();
    store.free.pop_back();
  } else if (store.next < kMaxCodeRecords) {
    id = store.next++;
    auto& chunk = store.chunks[id / kChunk];
    // Relaxed: an id reaches another thread only through a lock taken after this one.
    if (chunk.load(std::memory_order_relaxed) == nullptr) {
      chunk.store(new CodeRecord[kChunk], std::memory_order_relaxed);
    }
  } else {
    ++store.dropped;
    return CodeId::kNone;
  }
  ++store.alive;
  return static_cast<CodeId>(id);
}

CodeRecord& RecordOf(CodeId id) {
  const auto n = static_cast<std::uint32_t>(id);
  return TheStore().chunks[n / kChunk].load(std::memory_order_relaxed)[n % kChunk];
}

void ReleaseRecord(CodeId id) {
  CodeRecord& record = RecordOf(id);
  if (record.captured.load(std::memory_order_relaxed)) return;
  record.Clear();
  Store& store = TheStore();
  const std::lock_guard hold(store.lock);
  store.free.push_back(static_cast<std::uint32_t>(id));
  --store.alive;
}

std::uint64_t RecordsDropped() {
  Store& store = TheStore();
  const std::lock_guard hold(store.lock);
  return store.dropped;
}

std::uint64_t RecordsAlive() {
  Store& store = TheStore();
  const std::lock_guard hold(store.lock);
  return store.alive;
}

}  // namespace memspec::stacks
