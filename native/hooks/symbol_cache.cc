#include "hooks/symbol_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "base/own_memory.h"

namespace memspec::hooks {
namespace {

constexpr char kMagic[8] = {'M', 'S', 'P', 'C', 'S', 'Y', 'M', '1'};
constexpr std::uint32_t kMaxCount = 1u << 22;
constexpr std::uint64_t kNoFunction = ~std::uint64_t{0};

// At the file's start; behind it `count` starts of 4 bytes, then `count` kinds of one.
struct Header {
  char magic[sizeof kMagic];
  SymbolCacheKey key;
  std::uint64_t a_v8_function;  // relative to the text
  std::uint32_t has_v8, has_heap_sample;
  std::uint64_t count;
  std::uint64_t checksum;  // of what follows
};
constexpr std::size_t kEntryBytes = sizeof(std::uint32_t) + sizeof(CallerKind);
static_assert(sizeof(CallerKind) == 1);

// FNV-1a by bytes takes longer than to read the file; by words it does not show.
std::uint64_t Checksum(const std::uint8_t* data, std::size_t bytes) {
  std::uint64_t sum = 0xcbf29ce484222325u;
  for (; bytes >= sizeof(std::uint64_t); data += sizeof(std::uint64_t), bytes -= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, data, sizeof word);
    sum = (sum ^ word) * 0x100000001b3u;
  }
  for (; bytes > 0; ++data, --bytes) sum = (sum ^ *data) * 0x100000001b3u;
  return sum;
}

bool Same(const SymbolCacheKey& a, const SymbolCacheKey& b) {
  return a.engine == b.engine && a.addon == b.addon && a.engine_file_bytes == b.engine_file_bytes &&
         a.text_bytes == b.text_bytes;
}

bool ReadAll(int file, void* out, std::size_t bytes) {
  auto* at = static_cast<std::uint8_t*>(out);
  while (bytes > 0) {
    const ssize_t length = read(file, at, bytes);
    if (length <= 0) return false;
    at += length;
    bytes -= static_cast<std::size_t>(length);
  }
  return true;
}

bool WriteAll(int file, const void* data, std::size_t bytes) {
  const auto* at = static_cast<const std::uint8_t*>(data);
  while (bytes > 0) {
    const ssize_t length = write(file, at, bytes);
    if (length <= 0) return false;
    at += length;
    bytes -= static_cast<std::size_t>(length);
  }
  return true;
}

// The table of an open file, in memory of our own: a mapping of the file would fail where somebody cuts it short. nullptr: none.
void* ReadTable(int file, const SymbolCacheKey& key, Header& header) {
  if (!ReadAll(file, &header, sizeof header) || std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return nullptr;
  if (!Same(header.key, key) || header.count == 0 || header.count > kMaxCount) return nullptr;
  const std::size_t bytes = header.count * kEntryBytes;
  void* const table = MapOwn(bytes, Backing::kNow);
  if (table == nullptr) return nullptr;
  if (ReadAll(file, table, bytes) && Checksum(static_cast<const std::uint8_t*>(table), bytes) == header.checksum) return table;
  UnmapOwn(table, bytes, Backing::kNow);
  return nullptr;
}

}  // namespace

bool LoadSymbols(const char* path, const SymbolCacheKey& key, EngineSymbols& symbols) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  Header header;
  void* const table = ReadTable(file, key, header);
  close(file);
  if (table == nullptr) return false;
  symbols.starts = static_cast<const std::uint32_t*>(table);
  symbols.kinds = reinterpret_cast<const CallerKind*>(symbols.starts + header.count);
  symbols.count = header.count;
  symbols.has_v8 = header.has_v8 != 0;
  symbols.has_heap_sample = header.has_heap_sample != 0;
  symbols.a_v8_function = header.a_v8_function < key.text_bytes ? symbols.text.begin + header.a_v8_function : 0;
  return true;
}

void SaveSymbols(const char* path, const SymbolCacheKey& key, const EngineSymbols& symbols) {
  char fresh[4096];
  const int length = std::snprintf(fresh, sizeof fresh, "%s.%d", path, static_cast<int>(getpid()));
  if (length <= 0 || static_cast<std::size_t>(length) >= sizeof fresh) return;
  const int file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return;
  const std::size_t bytes = symbols.count * kEntryBytes;
  Header header;
  std::memset(static_cast<void*>(&header), 0, sizeof header);
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  // Member by member: the gaps stay zero, so that equal tables make equal files.
  header.key.engine = key.engine;
  header.key.addon = key.addon;
  header.key.engine_file_bytes = key.engine_file_bytes;
  header.key.text_bytes = key.text_bytes;
  header.a_v8_function = symbols.a_v8_function == 0 ? kNoFunction : symbols.a_v8_function - symbols.text.begin;
  header.has_v8 = symbols.has_v8 ? 1 : 0;
  header.has_heap_sample = symbols.has_heap_sample ? 1 : 0;
  header.count = symbols.count;
  // The kinds lie right behind the starts, as they are read.
  header.checksum = Checksum(reinterpret_cast<const std::uint8_t*>(symbols.starts), bytes);
  const bool written = WriteAll(file, &header, sizeof header) && WriteAll(file, symbols.starts, bytes);
  if (close(file) != 0 || !written || rename(fresh, path) != 0) unlink(fresh);
}

}  // namespace memspec::hooks
