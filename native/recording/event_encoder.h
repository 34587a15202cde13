// Events as bytes, into memory that the caller gives: one chunk's payload at a time. Differences begin anew with each chunk.
// Not thread-safe: the recording's lock guards it.
#pragma once
#include <cstddef>
#include <cstdint>

#include "recording/bytes.h"
#include "recording/event.h"

namespace memspec::recording {

// The longest event but for Levels.
inline constexpr std::size_t kMaxEventBytes = 2 + 7 * kMaxNumberBytes;
constexpr std::size_t MaxLevelsBytes(std::uint32_t heaps) { return kMaxEventBytes + std::size_t{heaps} * 3 * kMaxNumberBytes; }

class EventEncoder {
 public:
  // Where the payload begins, and what it may fill.
  void Begin(std::uint8_t* payload, std::size_t capacity) {
    *this = EventEncoder();
    begin_ = at_ = payload;
    end_ = payload + capacity;
  }
  bool has_memory() const { return begin_ != nullptr; }
  bool HasRoom(std::size_t bytes) const { return static_cast<std::size_t>(end_ - at_) >= bytes; }
  std::size_t bytes() const { return static_cast<std::size_t>(at_ - begin_); }

  // Each needs kMaxEventBytes of room.
  void Add(const Allocation& event) {
    unsigned first = static_cast<unsigned>(Event::kAllocation) | static_cast<unsigned>(event.space) << kSpaceShift;
    const std::int64_t moved = Difference(event.address, first);
    if (event.allocator != allocator_) first |= kAllocatorBit;
    Start(first, event.thread);
    if (event.allocator != allocator_) *at_++ = allocator_ = event.allocator;
    at_ = PutSigned(at_, moved);
    at_ = PutUnsigned(at_, event.bytes);
    PutStack(event.stack);
  }
  void AddFree(ThreadNumber thread, Space space, std::uint64_t address) {
    unsigned first = static_cast<unsigned>(Event::kFree) | static_cast<unsigned>(space) << kSpaceShift;
    const std::int64_t moved = Difference(address, first);
    Start(first, thread);
    at_ = PutSigned(at_, moved);
  }
  void Add(const HeapAllocation& event) {
    Start(static_cast<unsigned>(Event::kHeapAllocation), event.thread);
    PutHandle(event.handle);
    at_ = PutUnsigned(at_, event.bytes);
    PutStack(event.stack);
  }
  void AddHeapFree(ThreadNumber thread, std::uint64_t handle) {
    Start(static_cast<unsigned>(Event::kHeapFree), thread);
    PutHandle(handle);
  }
  void AddRestored(ThreadNumber thread) { StartOther(Other::kRestored, thread); }
  void Add(const Mapping& event) {
    StartOther(event.commit ? Other::kCommit : Other::kMap, event.thread);
    at_ = PutUnsigned(at_, event.address);
    at_ = PutUnsigned(at_, event.bytes);
    at_ = PutUnsigned(at_, static_cast<std::uint64_t>(event.space));
    at_ = PutUnsigned(at_, event.allocator);
    at_ = PutUnsigned(at_, static_cast<std::uint64_t>(event.stack));
  }
  void AddUnmap(ThreadNumber thread, std::uint64_t address, std::uint64_t bytes) {
    StartOther(Other::kUnmap, thread);
    at_ = PutUnsigned(at_, address);
    at_ = PutUnsigned(at_, bytes);
  }
  void AddSampling(ThreadNumber thread, std::uint64_t interval, bool collected_are_told) {
    StartOther(Other::kSampling, thread);
    at_ = PutUnsigned(at_, interval);
    at_ = PutUnsigned(at_, collected_are_told ? 0 : 1);
  }
  void AddHeapEnds(ThreadNumber thread, IsolateNumber isolate) {
    StartOther(Other::kHeapEnds, thread);
    at_ = PutUnsigned(at_, static_cast<std::uint64_t>(isolate));
  }
  void AddMissed(ThreadNumber thread, std::uint64_t count) {
    StartOther(Other::kMissed, thread);
    at_ = PutUnsigned(at_, count);
  }
  void Add(const CollectionEvent& event) {
    StartOther(event.ended ? Other::kCollectionEnded : Other::kCollectionBegins, event.thread);
    at_ = PutUnsigned(at_, event.time);
    at_ = PutUnsigned(at_, static_cast<std::uint64_t>(event.isolate));
    at_ = PutUnsigned(at_, static_cast<std::uint64_t>(event.kind));
    at_ = PutUnsigned(at_, event.used);
  }
  // Needs MaxLevelsBytes of room. Of no thread's.
  void Add(const Levels& levels) {
    StartOther(Other::kLevels, thread_);
    for (const std::uint64_t value : {levels.time, levels.rss, levels.buffers, levels.native, levels.engine}) {
      at_ = PutUnsigned(at_, value);
    }
    at_ = PutUnsigned(at_, levels.heaps);
    for (std::uint32_t i = 0; i < levels.heaps; ++i) {
      at_ = PutUnsigned(at_, static_cast<std::uint64_t>(levels.heap[i].isolate));
      at_ = PutUnsigned(at_, levels.heap[i].used);
      at_ = PutUnsigned(at_, levels.heap[i].committed);
    }
  }

 private:
  // Of the address, in the unit that `first` then says.
  std::int64_t Difference(std::uint64_t address, unsigned& first) {
    const auto moved = static_cast<std::int64_t>(address - address_);
    address_ = address;
    if ((moved & 15) == 0) return moved / 16;
    first |= kUnalignedBit;
    return moved;
  }
  void Start(unsigned first, ThreadNumber thread) {
    if (thread == thread_) {
      *at_++ = static_cast<std::uint8_t>(first);
      return;
    }
    *at_++ = static_cast<std::uint8_t>(first | kThreadBit);
    at_ = PutUnsigned(at_, static_cast<std::uint64_t>(thread));
    thread_ = thread;
  }
  void StartOther(Other other, ThreadNumber thread) {
    Start(static_cast<unsigned>(Event::kOther), thread);
    *at_++ = static_cast<std::uint8_t>(other);
  }
  void PutStack(StackId stack) {
    const auto number = static_cast<std::int64_t>(stack);
    at_ = PutSigned(at_, number - stack_);
    stack_ = number;
  }
  void PutHandle(std::uint64_t handle) {
    at_ = PutSigned(at_, static_cast<std::int64_t>(handle - handle_));
    handle_ = handle;
  }

  std::uint8_t* begin_ = nullptr;
  std::uint8_t* at_ = nullptr;
  std::uint8_t* end_ = nullptr;
  ThreadNumber thread_ = ThreadNumber::kNone;
  Allocator allocator_ = 0;
  std::uint64_t address_ = 0;
  std::int64_t stack_ = 0;
  std::uint64_t handle_ = 0;
};

}  // namespace memspec::recording
