// Reads what a recording wrote, by the words of docs/capture-format.md alone: nothing of the writer's is used.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace test {

struct Chunk {
  int kind;
  std::string payload;
};

// The chunks of a file, up to the first that is torn. Fails a check where header or sums are not right.
std::vector<Chunk> ReadChunks(const std::string& path, bool* torn = nullptr);

// A record: its name in the document and its fields, in order.
struct Record {
  std::string what;
  std::uint64_t thread = 0;
  std::vector<std::uint64_t> fields;
  bool operator==(const Record&) const = default;
};

// allocation: space, allocator, address, bytes, stack. free: address. heapAllocation: handle, bytes, stack. heapFree: handle. Others: as they stand.
std::vector<Record> DecodeEvents(const std::string& payload);
std::vector<Record> EventsOf(const std::vector<Chunk>& chunks);

// The definitions of a kind, as their fields: text of strings in `texts` by number.
struct Definitions {
  std::map<std::uint64_t, std::string> strings;
  std::vector<std::vector<std::uint64_t>> of[10];  // by type
};
Definitions DefinitionsOf(const std::vector<Chunk>& chunks);

struct SumsRow {
  std::uint64_t stack, thread, space, allocator;
  std::uint64_t bytes[5], count[5];  // all, at the total's peak, at the peak off the heap, at the end, temporary
};
struct Sums {
  std::uint64_t time = 0;
  std::uint64_t peak[2][4] = {};  // time, heap, buffers, native
  std::vector<std::vector<std::uint64_t>> bins;
  std::vector<SumsRow> rows;
};
Sums DecodeSums(const std::string& payload);

}  // namespace test
