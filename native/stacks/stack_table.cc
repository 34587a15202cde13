#include "stacks/stack_table.h"

#include <atomic>
#include <bit>
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
  std::uint32_t next;    // stack of the same bucket, 0: the last
};
static_assert(sizeof(Header) == 16);

constexpr std::uint32_t kFirstBuckets = 256;
constexpr std::size_t kBucketsBytes = kMaxStacks * sizeof(std::uint32_t);
constexpr std::size_t kHeadersBytes = (kMaxStacks + 1) * sizeof(Header);
constexpr std::size_t kKeysBytes = kMaxKeys * sizeof(FrameKey);

// Address space is reserved once; pages come as they are touched. There are as many buckets as stacks, one more with each (linear
// hashing): spread over all that there may ever be, each new stack would touch a page of its own.
struct Table {
  SpinLock lock;
  std::uint32_t* buckets = nullptr;  // the first stack, 0: none
  Header* headers = nullptr;
  FrameKey* keys = nullptr;
  std::uint32_t bucket_count = kFirstBuckets;
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

// Under the lock, as what follows. Buckets below bucket_count - (the largest power of two in it) have been split.
std::uint32_t BucketOf(std::uint32_t hash) {
  const std::uint32_t whole = std::bit_floor(g_table.bucket_count);
  const std::uint32_t wide = hash & (2 * whole - 1);
  return wide < g_table.bucket_count ? wide : hash & (whole - 1);
}

void SplitOne() {
  const std::uint32_t fresh = g_table.bucket_count;
  const std::uint32_t old = fresh - std::bit_floor(fresh);
  ++g_table.bucket_count;
  for (std::uint32_t* link = &g_table.buckets[old]; *link != 0;) {
    const std::uint32_t id = *link;
    Header& header = g_table.headers[id];
    if (BucketOf(header.hash) == old) {
      link = &header.next;
      continue;
    }
    *link = header.next;
    header.next = g_table.buckets[fresh];
    g_table.buckets[fresh] = id;
  }
}

// Memory is mapped outside the lock: of two threads that race here, one gives its part back.
bool Prepare() {
  if (g_table.ready.load(std::memory_order_acquire)) return true;
  void* buckets = MapOwn(kBucketsBytes, Backing::kLazily);
  void* headers = MapOwn(kHeadersBytes, Backing::kLazily);
  void* keys = MapOwn(kKeysBytes, Backing::kLazily);
  bool used = false;
  bool ready;
  {
    const SpinGuard hold(g_table.lock);
    if (g_table.buckets == nullptr && buckets != nullptr && headers != nullptr && keys != nullptr) {
      g_table.buckets = static_cast<std::uint32_t*>(buckets);
      g_table.headers = static_cast<Header*>(headers);
      g_table.keys = static_cast<FrameKey*>(keys);
      g_table.ready.store(true, std::memory_order_release);
      used = true;
    }
    ready = g_table.buckets != nullptr;
    if (!ready) ++g_table.dropped;
  }
  if (!used) {
    UnmapOwn(buckets, kBucketsBytes, Backing::kLazily);
    UnmapOwn(headers, kHeadersBytes, Backing::kLazily);
    UnmapOwn(keys, kKeysBytes, Backing::kLazily);
  }
  return ready;
}

}  // namespace

StackId Intern(const RecursionGuard&, std::span<const FrameKey> frames, StackMarks marks) {
  if (frames.empty() || !Prepare()) return StackId::kNone;
  const std::uint32_t hash = Hash(frames, marks);
  const SpinGuard hold(g_table.lock);
  for (std::uint32_t id = g_table.buckets[BucketOf(hash)]; id != 0; id = g_table.headers[id].next) {
    const Header& header = g_table.headers[id];
    if (header.hash == hash && header.length == frames.size() && header.marks == marks &&
        std::memcmp(g_table.keys + header.first, frames.data(), frames.size_bytes()) == 0) {
      return static_cast<StackId>(id);
    }
  }
  if (g_table.stacks >= kMaxStacks || g_table.used_keys + frames.size() > kMaxKeys) {
    ++g_table.dropped;
    return StackId::kNone;
  }
  const std::uint32_t id = ++g_table.stacks;
  if (id > g_table.bucket_count) SplitOne();
  std::uint32_t& bucket = g_table.buckets[BucketOf(hash)];
  g_table.headers[id] = {g_table.used_keys, static_cast<std::uint16_t>(frames.size()), marks, hash, bucket};
  bucket = id;
  std::memcpy(g_table.keys + g_table.used_keys, frames.data(), frames.size_bytes());
  g_table.used_keys += static_cast<std::uint32_t>(frames.size());
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
  const std::uint64_t buckets = g_table.stacks == 0 ? 0 : g_table.bucket_count * sizeof(std::uint32_t);
  const std::uint64_t own = buckets + g_table.stacks * sizeof(Header) + g_table.used_keys * sizeof(FrameKey);
  return {own, g_table.stacks, g_table.dropped};
}

}  // namespace memspec::stacks
