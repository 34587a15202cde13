#include "stacks/stack_table.h"

#include <atomic>
#include <cstring>

#include "base/own_memory.h"
#include "base/spin_lock.h"

namespace memspec::stacks {
namespace {

struct Header {
  std::uint32_t first;   // index of the first key
  std::uint16_t length;
  StackMarks marks;
  std::uint32_t hash;
};
static_assert(sizeof(Header) == 12);

constexpr std::uint32_t kSlots = kMaxStacks * 2;  // open addressing, at most half full

// Address space is reserved once; pages come as they are touched.
struct Table {
  SpinLock lock;
  std::uint32_t* slots = nullptr;  // stack id, 0: empty
  Header* headers = nullptr;
  FrameKey* keys = nullptr;
  std::uint32_t stacks = 0;
  std::uint32_t used_keys = 0;
  std::uint64_t dropped = 0;
  std::atomic<bool> ready{false};
};
constinit Table g_table;

std::uint32_t Hash(std::span<const FrameKey> frames, StackMarks marks) {
  std::uint64_t hash = (marks.truncated ? 0x51ed270b : 0) + (marks.native_missing ? 0x2545f491 : 0);
  for (const FrameKey key : frames) {
    hash = (hash ^ key.bits()) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

// Memory is mapped outside the lock: of two threads that race here, one gives its part back.
bool Prepare() {
  if (g_table.ready.load(std::memory_order_acquire)) return true;
  void* slots = MapOwn(kSlots * sizeof(std::uint32_t), Backing::kLazily);
  void* headers = MapOwn((kMaxStacks + 1) * sizeof(Header), Backing::kLazily);
  void* keys = MapOwn(kMaxKeys * sizeof(FrameKey), Backing::kLazily);
  bool used = false;
  bool ready;
  {
    const SpinGuard hold(g_table.lock);
    if (g_table.slots == nullptr && slots != nullptr && headers != nullptr && keys != nullptr) {
      g_table.slots = static_cast<std::uint32_t*>(slots);
      g_table.headers = static_cast<Header*>(headers);
      g_table.keys = static_cast<FrameKey*>(keys);
      g_table.ready.store(true, std::memory_order_release);
      used = true;
    }
    ready = g_table.slots != nullptr;
    if (!ready) ++g_table.dropped;
  }
  if (!used) {
    UnmapOwn(slots, kSlots * sizeof(std::uint32_t), Backing::kLazily);
    UnmapOwn(headers, (kMaxStacks + 1) * sizeof(Header), Backing::kLazily);
    UnmapOwn(keys, kMaxKeys * sizeof(FrameKey), Backing::kLazily);
  }
  return ready;
}

}  // namespace

StackId Intern(const RecursionGuard&, std::span<const FrameKey> frames, StackMarks marks) {
  if (frames.empty() || !Prepare()) return StackId::kNone;
  const std::uint32_t hash = Hash(frames, marks);
  const SpinGuard hold(g_table.lock);
  std::uint32_t slot = hash % kSlots;
  for (; g_table.slots[slot] != 0; slot = (slot + 1) % kSlots) {
    const Header& header = g_table.headers[g_table.slots[slot]];
    if (header.hash == hash && header.length == frames.size() && header.marks == marks &&
        std::memcmp(g_table.keys + header.first, frames.data(), frames.size_bytes()) == 0) {
      return static_cast<StackId>(g_table.slots[slot]);
    }
  }
  if (g_table.stacks >= kMaxStacks || g_table.used_keys + frames.size() > kMaxKeys) {
    ++g_table.dropped;
    return StackId::kNone;
  }
  const std::uint32_t id = ++g_table.stacks;
  g_table.headers[id] = {g_table.used_keys, static_cast<std::uint16_t>(frames.size()), marks, hash};
  std::memcpy(g_table.keys + g_table.used_keys, frames.data(), frames.size_bytes());
  g_table.used_keys += static_cast<std::uint32_t>(frames.size());
  g_table.slots[slot] = id;
  return static_cast<StackId>(id);
}

StackView StackOf(StackId id) {
  if (id == StackId::kNone || !g_table.ready.load(std::memory_order_acquire)) return {};
  const SpinGuard hold(g_table.lock);
  const Header& header = g_table.headers[static_cast<std::uint32_t>(id)];
  return {{g_table.keys + header.first, header.length}, header.marks};
}

StackTableState TableStateNow() {
  const SpinGuard hold(g_table.lock);
  // Slots are touched at random: all of their pages are counted as soon as stacks outnumber pages.
  const std::uint64_t slot_pages = kSlots * sizeof(std::uint32_t) / PageSize();
  const std::uint64_t touched = g_table.stacks < slot_pages ? g_table.stacks : slot_pages;
  const std::uint64_t own = touched * PageSize() + g_table.stacks * sizeof(Header) + g_table.used_keys * sizeof(FrameKey);
  return {own, g_table.stacks, g_table.dropped};
}

}  // namespace memspec::stacks
