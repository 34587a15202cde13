#include "decoder.h"

#include <cstdio>
#include <cstring>

#include "harness.h"

namespace test {
namespace {

class Cursor {
 public:
  explicit Cursor(const std::string& bytes) : bytes_(bytes) {}
  bool done() const { return at_ == bytes_.size(); }
  unsigned Byte() {
    Check(at_ < bytes_.size(), "the payload ends within a record", __LINE__);
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
  std::int64_t Signed() {
    const std::uint64_t value = Whole();
    return (value & 1) != 0 ? -static_cast<std::int64_t>(value >> 1) - 1 : static_cast<std::int64_t>(value >> 1);
  }
  std::string Text(std::uint64_t length) {
    Check(length <= bytes_.size() - at_, "a string ends behind the payload", __LINE__);
    const std::string text = bytes_.substr(at_, length);
    at_ += length;
    return text;
  }

 private:
  const std::string& bytes_;
  std::size_t at_ = 0;
};

std::uint32_t SumOf(const std::string& bytes) {
  std::uint32_t sum = ~0u;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ (0xedb88320u & (0u - (sum & 1u)));
  }
  return ~sum;
}

std::uint32_t Fixed(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

}  // namespace

std::vector<Chunk> ReadChunks(const std::string& path, bool* torn) {
  std::string file;
  if (FILE* const opened = std::fopen(path.c_str(), "rb")) {
    char block[65536];
    for (std::size_t read; (read = std::fread(block, 1, sizeof block, opened)) > 0;) file.append(block, read);
    std::fclose(opened);
  }
  Check(file.size() >= 16, "the file has a header", __LINE__);
  Check(std::memcmp(file.data(), "\x89MSPCAP\n\1\0\0\0\0\0\0\0", 16) == 0, "the header is that of version 1.0", __LINE__);
  std::vector<Chunk> chunks;
  std::size_t at = 16;
  while (at + 16 <= file.size()) {
    const std::uint32_t first = Fixed(file, at);
    const std::uint32_t stored = Fixed(file, at + 4);
    if (stored > file.size() - at - 16) break;
    Check(first < 6 && stored == Fixed(file, at + 8) && stored <= 1u << 24, "a chunk's header is right", __LINE__);
    std::string payload = file.substr(at + 16, stored);
    CheckEqual(Fixed(file, at + 12), SumOf(payload), "the sum of a chunk", __LINE__);
    chunks.push_back({static_cast<int>(first), std::move(payload)});
    at += 16 + stored;
  }
  if (torn != nullptr) *torn = at != file.size();
  return chunks;
}

std::vector<Record> DecodeEvents(const std::string& payload) {
  static const char* const kOthers[] = {"", "levels", "begins", "ended", "restored", "map", "commit", "unmap", "sampling", "heapEnds", "missed"};
  static constexpr std::size_t kFields[] = {0, 0, 4, 4, 0, 5, 5, 2, 2, 1, 1};
  std::vector<Record> records;
  Cursor in(payload);
  std::uint64_t thread = 0, allocator = 0, address = 0, stack = 0, handle = 0;
  while (!in.done()) {
    const unsigned first = in.Byte();
    if ((first & 8) != 0) thread = in.Whole();
    if ((first & 64) != 0) allocator = in.Byte();
    Record record{"", thread, {}};
    const auto move = [&] { address += static_cast<std::uint64_t>(in.Signed()) * ((first & 128) != 0 ? 1 : 16); };
    switch (first & 7) {
      case 0: {
        const unsigned other = in.Byte();
        Check(other >= 1 && other <= 10, "an event is of a known kind", __LINE__);
        record.what = kOthers[other];
        std::size_t fields = kFields[other];
        if (other == 1) {
          for (int i = 0; i < 6; ++i) record.fields.push_back(in.Whole());
          fields = 3 * record.fields.back();
        }
        for (std::size_t i = 0; i < fields; ++i) record.fields.push_back(in.Whole());
        break;
      }
      case 1: {
        move();
        const std::uint64_t bytes = in.Whole();
        stack += static_cast<std::uint64_t>(in.Signed());
        record = {"allocation", thread, {(first >> 4) & 3, allocator, address, bytes, stack}};
        break;
      }
      case 2:
        move();
        record = {"free", thread, {address}};
        break;
      case 3: {
        handle += static_cast<std::uint64_t>(in.Signed());
        const std::uint64_t bytes = in.Whole();
        stack += static_cast<std::uint64_t>(in.Signed());
        record = {"heapAllocation", thread, {handle, bytes, stack}};
        break;
      }
      case 4:
        handle += static_cast<std::uint64_t>(in.Signed());
        record = {"heapFree", thread, {handle}};
        break;
      default:
        Check(false, "an event is of a known kind", __LINE__);
    }
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<Record> EventsOf(const std::vector<Chunk>& chunks) {
  std::vector<Record> all;
  for (const Chunk& chunk : chunks) {
    if (chunk.kind != 3) continue;
    for (Record& record : DecodeEvents(chunk.payload)) all.push_back(std::move(record));
  }
  return all;
}

Definitions DefinitionsOf(const std::vector<Chunk>& chunks) {
  static constexpr std::size_t kFields[] = {0, 0, 2, 5, 5, 3, 2, 3, 4, 3};
  Definitions definitions;
  for (const Chunk& chunk : chunks) {
    if (chunk.kind != 2) continue;
    Cursor in(chunk.payload);
    while (!in.done()) {
      const unsigned type = in.Byte();
      Check(type >= 1 && type <= 9, "a definition is of a known type", __LINE__);
      if (type == 1) {
        const std::uint64_t length = in.Whole();
        definitions.strings[definitions.strings.size() + 1] = in.Text(length);
        continue;
      }
      std::vector<std::uint64_t>& fields = definitions.of[type].emplace_back();
      for (std::size_t i = 0; i < kFields[type]; ++i) fields.push_back(in.Whole());
    }
  }
  return definitions;
}

Sums DecodeSums(const std::string& payload) {
  Cursor in(payload);
  Sums sums;
  sums.time = in.Whole();
  for (auto& peak : sums.peak) {
    for (std::uint64_t& field : peak) field = in.Whole();
  }
  for (std::uint64_t left = in.Whole(); left > 0; --left) {
    auto& bin = sums.bins.emplace_back();
    for (int i = 0; i < 3; ++i) bin.push_back(in.Whole());
  }
  for (std::uint64_t left = in.Whole(); left > 0; --left) {
    SumsRow row{};
    row.stack = in.Whole();
    row.thread = in.Whole();
    row.space = in.Whole();
    row.allocator = in.Whole();
    for (int i = 0; i < 5; ++i) {
      row.bytes[i] = in.Whole();
      row.count[i] = in.Whole();
    }
    sums.rows.push_back(row);
  }
  Check(in.done(), "nothing stands behind the rows", __LINE__);
  return sums;
}

}  // namespace test
