#include "unpacker.h"

#include "recording/harness.h"

namespace test {
namespace {

class Cursor {
 public:
  explicit Cursor(std::string bytes) : bytes_(std::move(bytes)) {}
  bool done() const { return at_ == bytes_.size(); }
  std::string Take(std::uint64_t length) {
    Check(length <= bytes_.size() - at_, "a column ends behind the payload", __LINE__);
    at_ += length;
    return bytes_.substr(at_ - length, length);
  }
  unsigned Byte() {
    Check(!done(), "a column has what its events need", __LINE__);
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  std::uint64_t Whole() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const unsigned byte = Byte();
      value |= std::uint64_t{byte & 0x7f} << shift;
      if ((byte & 0x80) == 0) return value;
    }
  }
  std::uint64_t Signed() {
    const std::uint64_t value = Whole();
    return (value & 1) != 0 ? ~(value >> 1) : value >> 1;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

std::uint64_t ChunkBytes(std::uint64_t bytes) { return bytes <= 24 ? 32 : (bytes + 7) / 16 * 16 + 16; }

unsigned SizeClass(std::uint64_t bytes) {
  if (bytes <= 1032) return static_cast<unsigned>(ChunkBytes(bytes) / 16);
  if (bytes >= std::uint64_t{1} << 32) return 154;
  unsigned power = 10;
  while (bytes >> (power + 1) != 0) ++power;
  return 66 + 4 * (power - 10) + static_cast<unsigned>((bytes - (std::uint64_t{1} << power)) / (std::uint64_t{1} << (power - 2)));
}

}  // namespace

std::uint64_t Unpacker::Release(std::uint64_t number) {
  const auto found = alive_.find(number);
  Check(found != alive_.end(), "a block that is freed is alive", __LINE__);
  const Block block = found->second;
  alive_.erase(found);
  freed_[block.size_class].push_back(block.address);
  return block.address;
}

bool Unpacker::TakeFreed(unsigned size_class, std::uint64_t* address) {
  std::vector<std::uint64_t>& list = freed_[size_class];
  if (list.empty()) return false;
  *address = list.back();
  list.pop_back();
  return true;
}

std::vector<Record> Unpacker::Unpack(const std::string& payload) {
  static const char* const kOthers[] = {"", "levels", "begins", "ended", "restored", "map", "commit", "unmap", "sampling", "heapEnds", "missed"};
  static constexpr std::size_t kFields[] = {0, 0, 4, 4, 0, 5, 5, 2, 2, 1, 1};
  Cursor whole(payload);
  std::uint64_t lengths[7];
  for (std::uint64_t& length : lengths) length = whole.Whole();
  std::vector<Cursor> columns;
  for (const std::uint64_t length : lengths) columns.emplace_back(whole.Take(length));
  Check(whole.done(), "the columns are the payload", __LINE__);
  Cursor &events = columns[0], &threads = columns[1], &keys = columns[2], &sizes = columns[3], &addresses = columns[4], &frees = columns[5], &fields = columns[6];

  std::vector<Record> records;
  std::uint64_t thread = 0;
  while (!events.done()) {
    const unsigned event = events.Byte();
    const unsigned kind = event & 7, how = event >> 4 & 3;
    Check(event >> 6 == 0, "no other bits are set", __LINE__);
    if ((event & 8) != 0) thread = threads.Whole();
    const auto told = [&] { return behind_ + (how == 2 ? addresses.Signed() * 16 : how == 3 ? addresses.Signed() : 0); };
    switch (kind) {
      case 1:
      case 5: {
        const std::uint64_t number = keys.Whole();
        Check(number <= keys_.size(), "a key is known, or the next one", __LINE__);
        if (number == keys_.size()) {
          Key key{};
          key.stack = fields.Whole();
          key.thread = fields.Whole();
          key.space = fields.Byte();
          key.allocator = fields.Byte();
          keys_.push_back(key);
        }
        const Key& key = keys_[number];
        thread = key.thread;
        const std::uint64_t bytes = sizes.Whole();
        const unsigned size_class = SizeClass(bytes);
        std::uint64_t address = 0;
        const bool is_freed = TakeFreed(size_class, &address);
        if (how != 0) address = told();
        else Check(is_freed, "a block of that class was freed before", __LINE__);
        alive_[++count_] = {address, size_class};
        behind_ = address + ChunkBytes(bytes);
        records.push_back({"allocation", thread, {key.space, key.allocator, address, bytes, key.stack}});
        if (kind == 1) break;
        behind_ = Release(freed_number_ = count_);
        records.push_back({"free", thread, {address}});
        break;
      }
      case 2:
        freed_number_ += frees.Signed();
        behind_ = Release(freed_number_);
        records.push_back({"free", thread, {behind_}});
        break;
      case 6:
        behind_ = told();
        records.push_back({"free", thread, {behind_}});
        break;
      case 7:
        freed_number_ += frees.Signed();
        Release(freed_number_);
        break;
      case 3:
      case 4: {
        handle_ += fields.Signed();
        Record record{kind == 3 ? "heapAllocation" : "heapFree", thread, {handle_}};
        if (kind == 3) {
          record.fields.push_back(fields.Whole());
          record.fields.push_back(fields.Whole());
        }
        records.push_back(record);
        break;
      }
      default: {
        const unsigned other = fields.Byte();
        Check(other >= 1 && other <= 10, "an event is of a known kind", __LINE__);
        Record record{kOthers[other], thread, {}};
        std::size_t count = kFields[other];
        if (other == 1) {
          for (int i = 0; i < 6; ++i) record.fields.push_back(fields.Whole());
          count = 3 * record.fields.back();
        }
        for (std::size_t i = 0; i < count; ++i) record.fields.push_back(fields.Whole());
        if (other == 4 && fields.Byte() == 1) {
          const std::uint64_t number = count_ - fields.Whole();
          const std::uint64_t address = fields.Whole();
          const unsigned size_class = fields.Byte();
          std::uint64_t unused = 0;
          TakeFreed(size_class, &unused);
          alive_[number] = {address, size_class};
        }
        records.push_back(record);
      }
    }
  }
  for (Cursor& column : columns) Check(column.done(), "nothing is left of a column", __LINE__);
  return records;
}

}  // namespace test
