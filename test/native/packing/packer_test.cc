// What was packed comes out as it was, by a decoder of the test's own; and nothing that is put in hurts.
#include "packing/packer.h"

#include "recording/harness.h"
#include "recording/event_encoder.h"
#include "unpacker.h"

namespace test {
namespace {

using namespace memspec;
using namespace memspec::recording;
using packing::Packer;

bool Pack(Packer& packer, const std::string& payload, std::string* packed) {
  // Exactly so long, on the heap: a byte behind it would be seen by the sanitizer.
  const std::vector<std::uint8_t> bytes(payload.begin(), payload.end());
  return packer.Pack(bytes.data(), bytes.size(), packed);
}

// A program as malloc would see it, and at times as it would not: addresses that are alive, frees of what is unknown, any size.
class Program {
 public:
  explicit Program(std::uint64_t seed) : random_(seed) {}

  std::string Chunk(int events) {
    std::string memory(static_cast<std::size_t>(events) * kMaxEventBytes + MaxLevelsBytes(2), '\0');
    EventEncoder to;
    to.Begin(reinterpret_cast<std::uint8_t*>(memory.data()), memory.size());
    for (int i = 0; i < events; ++i) One(to);
    memory.resize(to.bytes());
    return memory;
  }
  std::uint64_t Below(std::uint64_t limit) { return random_.Next() % limit; }

 private:
  void One(EventEncoder& to) {
    const auto thread = static_cast<ThreadNumber>(Below(10) < 8 ? 1 : Below(5));
    const auto space = static_cast<Space>(1 + Below(2));
    const auto allocator = static_cast<Allocator>(Below(3));
    const auto stack = static_cast<StackId>(Below(8) == 0 ? Below(1u << 19) : Below(6));
    const std::uint64_t what = Below(100);
    if (what < 50) {
      const std::uint64_t bytes = AnySize();
      const std::uint64_t address = AnyAddress();
      to.Add(Allocation{thread, space, allocator, address, bytes, stack});
      if (Below(2) == 0) to.AddFree(Below(8) == 0 ? ThreadNumber::kNone : thread, space, address);
      else if (Below(30) != 0) live_.push_back(address);
    } else if (what < 85) {
      to.AddFree(thread, space, Below(30) == 0 ? AnyAddress() : TakeLive());
      if (Below(6) == 0) to.AddRestored(thread);
    } else if (what < 88) {
      to.AddRestored(thread);
    } else if (what < 91) {
      to.Add(HeapAllocation{thread, static_cast<IsolateNumber>(1), Below(1000), AnySize(), stack});
    } else if (what < 93) {
      to.AddHeapFree(thread, Below(1000));
    } else if (what < 95) {
      to.Add(Mapping{thread, space, allocator, Below(100) << 12, AnySize(), stack, what == 93});
    } else if (what < 96) {
      to.AddUnmap(thread, Below(100) << 12, AnySize());
    } else if (what < 97) {
      to.AddSampling(thread, Below(100'000), Below(2) == 0);
      to.AddMissed(thread, Below(100));
    } else if (what < 98) {
      to.AddHeapEnds(thread, static_cast<IsolateNumber>(Below(5)));
      to.Add(CollectionEvent{thread, static_cast<IsolateNumber>(1), Below(1u << 30), Collection::kFull, AnySize(), Below(2) == 0});
    } else {
      Levels levels;
      levels.time = Below(1u << 30);
      levels.rss = AnySize();
      levels.heaps = static_cast<std::uint32_t>(Below(3));
      for (std::uint32_t i = 0; i < levels.heaps; ++i) levels.heap[i] = {static_cast<IsolateNumber>(i + 1), Below(1u << 20), 7};
      to.Add(levels);
    }
  }
  std::uint64_t AnySize() {
    const std::uint64_t kind = Below(20);
    return kind < 12 ? Below(200) : kind < 18 ? 900 + Below(300) : kind < 19 ? Below(1u << 22) : Below(std::uint64_t{1} << 40);
  }
  std::uint64_t AnyAddress() { return 0x5500'0000'0000u + Below(400) * (Below(50) == 0 ? 1 : 16); }
  std::uint64_t TakeLive() {
    if (live_.empty()) return AnyAddress();
    const std::size_t at = Below(2) == 0 ? live_.size() - 1 : static_cast<std::size_t>(Below(live_.size()));
    const std::uint64_t address = live_[at];
    live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
    return address;
  }

  RandomBits random_;
  std::vector<std::uint64_t> live_;
};

TEST("what was packed comes out as it was, chunk after chunk") {
  for (unsigned seed = 0; seed < Seeds(); ++seed) {
    Program program(seed);
    Packer packer;
    Unpacker unpacker;
    std::string packed;
    for (int chunk = 0; chunk < 4; ++chunk) {
      const std::string raw = program.Chunk(static_cast<int>(program.Below(300)));
      CHECK(Pack(packer, raw, &packed));
      const std::vector<Record> expected = DecodeEvents(raw);
      const std::vector<Record> unpacked = unpacker.Unpack(packed);
      CHECK_EQUAL(unpacked.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK_EQUAL(unpacked[i].what, expected[i].what);
        CHECK(unpacked[i] == expected[i]);
      }
    }
  }
}

TEST("a payload that is damaged anywhere is packed as what it says, or refused, and so is all that follows") {
  for (unsigned seed = 0; seed < Seeds(); ++seed) {
    Program program(seed);
    Packer packer;
    std::string packed;
    bool was_refused = false;
    for (int chunk = 0; chunk < 4; ++chunk) {
      std::string raw = program.Chunk(40);
      for (std::uint64_t i = program.Below(3); i > 0 && chunk > 0; --i) {
        const std::size_t at = static_cast<std::size_t>(program.Below(raw.size()));
        switch (program.Below(3)) {
          case 0: raw[at] = static_cast<char>(program.Below(256)); break;
          case 1: raw.resize(at + 1); break;
          default: raw.insert(at, static_cast<std::size_t>(program.Below(12)), static_cast<char>(0x80 | program.Below(128)));
        }
      }
      const bool is_packed = Pack(packer, raw, &packed);
      CHECK(!is_packed || !was_refused);
      was_refused = !is_packed;
    }
  }
}

TEST("what no number of the format can say is refused") {
  const std::string alone[] = {
      std::string("\x07"),                                                    // a kind that is not known
      std::string("\x05"),                                                    //
      std::string("\x00\x0b", 2),                                             // another
      std::string("\x01\x00\x00\x00", 4),                                     // of the heap, which has kinds of its own
      std::string("\x21\x02\x08", 3),                                         // cut off
      std::string("\x21\x01\x08\x00", 4),                                     // an address below zero
      std::string("\xa1\xfe\xff\xff\xff\xff\xff\xff\x3f\x08\x00", 11),        // at 2^53 less one: its end is beyond
      std::string("\x21\x02\x80\x80\x80\x80\x80\x80\x80\x20\x00", 11),        // of 2^54 bytes
      std::string("\x21\x02\x08\x80\x80\x80\x80\x20", 8),                     // stack 2^32
      std::string("\x29\x80\x80\x40\x02\x08\x00", 7),                         // thread 2^20
      std::string("\x00\x01\x00\x00\x00\x00\x00\x03\x01\x01\x01", 11),        // three isolates, of which one is there
      std::string("\x22\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 12),    // a number of more than ten bytes
  };
  for (const std::string& payload : alone) {
    Packer packer;
    std::string packed;
    CHECK(!Pack(packer, payload, &packed));
    CHECK(!Pack(packer, std::string("\x21\x02\x08\x00", 4), &packed));
  }
  Packer packer;
  std::string packed;
  CHECK(Pack(packer, std::string("\x21\x02\x08\x00", 4), &packed));
  CHECK(Pack(packer, std::string(), &packed));
}

TEST("a loop of blocks that are freed at once takes an event each, and no address") {
  std::string memory(1 << 16, '\0');
  EventEncoder to;
  to.Begin(reinterpret_cast<std::uint8_t*>(memory.data()), memory.size());
  for (std::uint64_t i = 0; i < 1000; ++i) {
    to.Add(Allocation{static_cast<ThreadNumber>(1), Space::kNative, 1, 0x1000, 40, static_cast<StackId>(5)});
    to.AddFree(static_cast<ThreadNumber>(1), Space::kNative, 0x1000);
  }
  memory.resize(to.bytes());
  Packer packer;
  std::string packed;
  CHECK(Pack(packer, memory, &packed));
  // Events, keys and sizes; the first has its key and its address.
  CHECK(packed.size() > 3000 && packed.size() < 3030);
}

}  // namespace
}  // namespace test
