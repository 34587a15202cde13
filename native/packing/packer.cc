#include "packing/packer.h"

#include "recording/bytes.h"
#include "recording/format.h"

namespace memspec::packing {

namespace {

using recording::Event;

constexpr std::uint64_t kMost = std::uint64_t{1} << 53;  // addresses, sizes, times
constexpr std::uint64_t kMostHandles = std::uint64_t{1} << 49;
constexpr std::uint64_t kMostStacks = std::uint64_t{1} << 32;
constexpr std::uint64_t kMostThreads = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostIsolates = std::uint64_t{1} << 16;
constexpr std::uint64_t kMostAllocators = 256;
constexpr std::uint64_t kMostSpaces = 3;

}  // namespace

struct Packer::Raw {
  std::uint64_t allocator = 0, address = 0, stack = 0, handle = 0;
};

bool Packer::Pack(const std::uint8_t* payload, std::size_t bytes, std::string* packed) {
  if (is_broken_) return false;
  for (std::string& column : columns_) column.clear();
  thread_ = told_ = 0;
  RawReader from(payload, bytes);
  Raw before;
  while (!from.done() && !is_broken_) is_broken_ = !One(from, before) || !from.ok();
  CommitPending();
  packed->clear();
  std::size_t most = 0;
  for (const std::string& column : columns_) most += column.size() + recording::kMaxNumberBytes;
  packed->reserve(most);
  for (const std::string& column : columns_) recording::AppendUnsigned(*packed, column.size());
  for (const std::string& column : columns_) packed->append(column);
  if (packed->size() > recording::kMaxPayloadBytes) is_broken_ = true;
  return !is_broken_;
}

bool Packer::One(RawReader& from, Raw& before) {
  const unsigned first = from.Byte();
  if ((first & recording::kThreadBit) != 0) thread_ = from.Below(kMostThreads);
  switch (static_cast<Event>(first & 7)) {
    case Event::kAllocation:
    case Event::kFree:
      return AllocationOrFree(from, before, first);
    case Event::kHeapAllocation:
      return Heap(from, before, false);
    case Event::kHeapFree:
      return Heap(from, before, true);
    case Event::kOther:
      return Other(from);
  }
  return false;
}

bool Packer::AllocationOrFree(RawReader& from, Raw& before, unsigned first) {
  const bool is_free = static_cast<Event>(first & 7) == Event::kFree;
  const std::uint64_t space = first >> recording::kSpaceShift & 3;
  if (!is_free) {
    if ((first & recording::kAllocatorBit) != 0) before.allocator = from.Byte();
    if (space == 0 || space >= kMostSpaces) return false;
  }
  const std::int64_t moved = from.Signed();
  if (moved <= -static_cast<std::int64_t>(kMost) || moved >= static_cast<std::int64_t>(kMost)) return false;
  before.address += static_cast<std::uint64_t>((first & recording::kUnalignedBit) == 0 ? moved * 16 : moved);
  if (before.address >= kMost || !from.ok()) return false;
  if (is_free) {
    Free(before.address);
    return true;
  }
  const std::uint64_t bytes = from.Below(kMost);
  before.stack += static_cast<std::uint64_t>(from.Signed());
  // No block ends behind 2^53, which is where doubles are no longer exact.
  if (before.stack >= kMostStacks || !from.ok() || before.address + ChunkBytes(bytes) >= kMost) return false;
  Allocate({before.stack, thread_, space, before.allocator}, before.address, bytes);
  return true;
}

void Packer::Allocate(const KeyTable::Key& key, std::uint64_t address, std::uint64_t bytes) {
  CommitPending();
  Block old;
  if (blocks_.Remove(address, &old)) {
    Tell(Packed::kGone);
    Forget(address, old);
  }
  const unsigned size_class = SizeClass(bytes);
  std::vector<std::uint64_t>& freed = freed_[size_class];
  How how = How::kUnits;
  if (!freed.empty()) {
    if (freed.back() == address) how = How::kFreedLast;
    freed.pop_back();
  }
  if (how != How::kFreedLast) how = address == behind_ ? How::kBehind : TellDifference(address);
  // The key says the thread.
  told_ = thread_;
  Tell(Packed::kAllocation, how);
  bool is_new = false;
  PutUnsigned(Column::kKeys, keys_.Of(key, &is_new));
  if (is_new) {
    PutUnsigned(Column::kFields, key.stack);
    PutUnsigned(Column::kFields, key.thread);
    PutByte(Column::kFields, static_cast<std::uint8_t>(key.space));
    PutByte(Column::kFields, static_cast<std::uint8_t>(key.allocator));
  }
  PutUnsigned(Column::kSizes, bytes);
  behind_ = address + ChunkBytes(bytes);
  is_pending_ = true;
  pending_address_ = address;
  pending_ = {++count_, size_class};
}

void Packer::Free(std::uint64_t address) {
  if (is_pending_ && address == pending_address_ && thread_ == told_) {
    char& event = Of(Column::kEvents).back();
    event = static_cast<char>((static_cast<unsigned char>(event) & ~7u) | static_cast<unsigned>(Packed::kPair));
    is_pending_ = false;
    freed_[pending_.size_class()].push_back(address);
    freed_number_ = pending_.number();
    FreedBy(thread_) = {address, pending_, address != 0};
  } else {
    CommitPending();
    Block block;
    if (blocks_.Remove(address, &block)) {
      Tell(Packed::kFree);
      Forget(address, block);
      FreedBy(thread_) = {address, block, address != 0};
    } else {
      Tell(Packed::kUnknownFree, TellDifference(address));
      FreedBy(thread_).is_known = false;
    }
  }
  behind_ = address;
}

void Packer::CommitPending() {
  if (is_pending_) blocks_.Insert(pending_address_, pending_);
  is_pending_ = false;
}

// A block is told to be gone.
void Packer::Forget(std::uint64_t address, Block block) {
  PutSigned(Column::kFrees, static_cast<std::int64_t>(block.number() - freed_number_));
  freed_number_ = block.number();
  freed_[block.size_class()].push_back(address);
}

bool Packer::Heap(RawReader& from, Raw& before, bool is_free) {
  CommitPending();
  before.handle += static_cast<std::uint64_t>(from.Signed());
  if (before.handle >= kMostHandles || !from.ok()) return false;
  Tell(is_free ? Packed::kHeapFree : Packed::kHeapAllocation);
  PutSigned(Column::kFields, static_cast<std::int64_t>(before.handle - handle_));
  handle_ = before.handle;
  if (is_free) return true;
  PutUnsigned(Column::kFields, from.Below(kMost));
  before.stack += static_cast<std::uint64_t>(from.Signed());
  PutUnsigned(Column::kFields, before.stack);
  return before.stack < kMostStacks;
}

bool Packer::Other(RawReader& from) {
  CommitPending();
  const std::uint8_t kind = from.Byte();
  Tell(Packed::kOther);
  PutByte(Column::kFields, kind);
  const auto copy = [&](std::uint64_t limit) {
    const std::uint64_t value = from.Below(limit);
    PutUnsigned(Column::kFields, value);
    return value;
  };
  using recording::Other;
  switch (static_cast<Other>(kind)) {
    case Other::kLevels: {
      for (int field = 0; field < 5; ++field) copy(kMost);
      const std::uint64_t isolates = copy(kMostIsolates);
      for (std::uint64_t i = 0; i < isolates && from.ok(); ++i) {
        copy(kMostIsolates);
        copy(kMost);
        copy(kMost);
      }
      return true;
    }
    case Other::kCollectionBegins:
    case Other::kCollectionEnded:
      copy(kMost);
      copy(kMostIsolates);
      copy(kMost);
      copy(kMost);
      return true;
    case Other::kRestored:
      Restored();
      return true;
    case Other::kMap:
    case Other::kCommit:
      copy(kMost);
      copy(kMost);
      copy(kMostSpaces);
      copy(kMostAllocators);
      copy(kMostStacks);
      return true;
    case Other::kUnmap:
      copy(kMost);
      copy(kMost);
      return true;
    case Other::kSampling:
      copy(kMost);
      copy(kMostStacks);
      return true;
    case Other::kHeapEnds:
      copy(kMostIsolates);
      return true;
    case Other::kMissed:
      copy(kMost);
      return true;
  }
  return false;
}

// The thread's last free did not happen, where it was of a block that was known, and whose address is still nobody else's.
void Packer::Restored() {
  Freed& freed = FreedBy(thread_);
  const bool is_back = freed.is_known && !blocks_.Has(freed.address);
  PutByte(Column::kFields, is_back ? 1 : 0);
  freed.is_known = false;
  if (!is_back) return;
  PutUnsigned(Column::kFields, count_ - freed.block.number());
  PutUnsigned(Column::kFields, freed.address);
  PutByte(Column::kFields, static_cast<std::uint8_t>(freed.block.size_class()));
  std::vector<std::uint64_t>& list = freed_[freed.block.size_class()];
  if (!list.empty()) list.pop_back();
  blocks_.Insert(freed.address, freed.block);
}

void Packer::Tell(Packed kind, How how) {
  const unsigned first = static_cast<unsigned>(kind) | static_cast<unsigned>(how) << kHowShift;
  const bool has_thread = thread_ != told_;
  PutByte(Column::kEvents, static_cast<std::uint8_t>(first | (has_thread ? kThreadBit : 0u)));
  if (has_thread) PutUnsigned(Column::kThreads, thread_);
  told_ = thread_;
}

How Packer::TellDifference(std::uint64_t address) {
  const auto moved = static_cast<std::int64_t>(address - behind_);
  const bool is_whole = moved % static_cast<std::int64_t>(kUnit) == 0;
  PutSigned(Column::kAddresses, is_whole ? moved / static_cast<std::int64_t>(kUnit) : moved);
  return is_whole ? How::kUnits : How::kBytes;
}

Packer::Freed& Packer::FreedBy(std::uint64_t thread) {
  if (thread >= last_free_.size()) last_free_.resize(thread + 1);
  return last_free_[thread];
}

void Packer::PutUnsigned(Column column, std::uint64_t value) {
  std::string& to = Of(column);
  if (value < 0x80) {
    to.push_back(static_cast<char>(value));
    return;
  }
  recording::AppendUnsigned(to, value);
}

void Packer::PutSigned(Column column, std::int64_t value) {
  PutUnsigned(column, static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

}  // namespace memspec::packing
