#include "hooks/symbols.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "base/own_memory.h"
#include "hooks/build_id.h"
#include "hooks/loaded_objects.h"
#include "hooks/symbol_cache.h"

namespace memspec::hooks {
namespace {

// The file of an object, mapped for as long as the reader lives.
class MappedFile {
 public:
  explicit MappedFile(const char* path) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat status;
    if (fstat(file, &status) == 0 && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      void* const mapping = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      if (mapping != MAP_FAILED) data_ = static_cast<const std::uint8_t*>(mapping);
    }
    close(file);
  }
  std::size_t size() const { return size_; }
  ~MappedFile() {
    if (data_ != nullptr) munmap(const_cast<std::uint8_t*>(data_), size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  // nullptr where the file is not that long.
  template <typename T>
  const T* At(std::uint64_t offset, std::uint64_t count = 1) const {
    if (data_ == nullptr || offset > size_ || count > (size_ - offset) / sizeof(T)) return nullptr;
    return reinterpret_cast<const T*>(data_ + offset);
  }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

struct SymbolTable {
  const ElfW(Sym)* symbols = nullptr;
  std::size_t count = 0;
  const char* strings = nullptr;
};

SymbolTable FindTable(const MappedFile& file, std::uint32_t section_type) {
  const auto* const header = file.At<ElfW(Ehdr)>(0);
  if (header == nullptr) return {};
  const auto* const sections = file.At<ElfW(Shdr)>(header->e_shoff, header->e_shnum);
  for (int i = 0; sections != nullptr && i < header->e_shnum; i++) {
    const ElfW(Shdr)& section = sections[i];
    if (section.sh_type != section_type || section.sh_link >= header->e_shnum) continue;
    const std::size_t count = section.sh_size / sizeof(ElfW(Sym));
    const ElfW(Shdr)& strings = sections[section.sh_link];
    const auto* const symbols = file.At<ElfW(Sym)>(section.sh_offset, count);
    const auto* const text = file.At<char>(strings.sh_offset, strings.sh_size);
    if (symbols != nullptr && text != nullptr && strings.sh_size > 0) return {symbols, count, text};
  }
  return {};
}

// A function's start relative to the text, and below it its kind.
using PackedStart = std::uint64_t;
constexpr int kKindBits = 8;
PackedStart Pack(std::uint32_t start, CallerKind kind) {
  return static_cast<PackedStart>(start) << kKindBits | static_cast<PackedStart>(kind);
}
std::uint32_t StartOf(PackedStart packed) { return static_cast<std::uint32_t>(packed >> kKindBits); }
CallerKind KindIn(PackedStart packed) { return static_cast<CallerKind>(packed & ((1u << kKindBits) - 1)); }

bool IsFunction(const ElfW(Sym)& symbol) {
  const auto type = ELF64_ST_TYPE(symbol.st_info);
  // V8's embedded builtins have no type in some builds.
  return symbol.st_shndx != SHN_UNDEF && symbol.st_value != 0 && (type == STT_FUNC || type == STT_NOTYPE);
}

std::size_t ReadFunctions(const SymbolTable& table, std::uintptr_t base, EngineSymbols& symbols, PackedStart* functions) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < table.count; i++) {
    const ElfW(Sym)& symbol = table.symbols[i];
    const std::uintptr_t address = base + symbol.st_value;
    if (!IsFunction(symbol) || !symbols.text.Contains(address)) continue;
    const char* const name = table.strings + symbol.st_name;
    if (name[0] == '\0') continue;
    const CallerKind kind = KindOfSymbol(name, ELF64_ST_BIND(symbol.st_info) == STB_LOCAL);
    if (kind == CallerKind::kHeapSample) symbols.has_heap_sample = true;
    if (kind == CallerKind::kV8 && symbol.st_size >= 64 && ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
        std::string_view(name) == "_ZN2v87Isolate10InitializeEPS0_RKNS0_12CreateParamsE") {
      symbols.a_v8_function = address;
    }
    functions[count++] = Pack(static_cast<std::uint32_t>(address - symbols.text.begin), kind);
  }
  return count;
}

// By start, in linear time: every process that measures does this. Both arrays hold `count`; the result is in `starts`.
void SortByStart(PackedStart* starts, PackedStart* scratch, std::size_t count) {
  constexpr int kPasses = 4;
  constexpr int kDigitBits = 8;
  PackedStart* from = starts;
  PackedStart* to = scratch;
  for (int pass = 0; pass < kPasses; pass++) {
    const int shift = kKindBits + pass * kDigitBits;
    std::size_t next[(1 << kDigitBits) + 1] = {};
    const auto digit = [&](PackedStart packed) { return packed >> shift & ((1u << kDigitBits) - 1); };
    for (std::size_t i = 0; i < count; i++) next[digit(from[i]) + 1]++;
    for (int value = 0; value < 1 << kDigitBits; value++) next[value + 1] += next[value];
    for (std::size_t i = 0; i < count; i++) to[next[digit(from[i])]++] = from[i];
    std::swap(from, to);
  }
  static_assert(kPasses % 2 == 0, "the last pass must end in `starts`");
  static_assert(kPasses * kDigitBits == 32);
}

// Of functions sorted by start, one entry for each run of one kind.
std::size_t MergeRuns(PackedStart* functions, std::size_t count) {
  std::size_t kept = 0;
  CallerKind last = CallerKind::kProgram;
  for (std::size_t i = 0; i < count;) {
    const std::uint32_t start = StartOf(functions[i]);
    // Of several names for one function, a telling one.
    CallerKind kind = KindIn(functions[i]);
    for (i++; i < count && StartOf(functions[i]) == start; i++) kind = std::min(kind, KindIn(functions[i]));
    if (kind == CallerKind::kLikeNeighbour) kind = last;
    if (kept == 0 || kind != last) functions[kept++] = Pack(start, kind);
    last = kind;
  }
  return kept;
}

// Reads the whole symbol table in the engine's file.
void ReadTable(const MappedFile& file, std::uintptr_t base, EngineSymbols& symbols) {
  const SymbolTable table = FindTable(file, SHT_SYMTAB);
  symbols.has_v8 = table.count > 0;
  // Without it only the exported functions are known, and the gaps between them would be anybody's.
  if (!symbols.has_v8) return;
  const std::size_t scratch_bytes = 2 * table.count * sizeof(PackedStart);
  auto* const functions = static_cast<PackedStart*>(MapOwn(scratch_bytes, Backing::kLazily));
  if (functions == nullptr) {
    symbols = {symbols.text};
    return;
  }
  const std::size_t count = ReadFunctions(table, base, symbols, functions);
  SortByStart(functions, functions + table.count, count);
  const std::size_t runs = MergeRuns(functions, count);
  void* const memory = MapOwn(runs * (sizeof(std::uint32_t) + sizeof(CallerKind)), Backing::kNow);
  if (memory != nullptr) {
    auto* const starts = static_cast<std::uint32_t*>(memory);
    auto* const kinds = reinterpret_cast<CallerKind*>(starts + runs);
    for (std::size_t i = 0; i < runs; i++) {
      starts[i] = StartOf(functions[i]);
      kinds[i] = KindIn(functions[i]);
    }
    symbols.starts = starts;
    symbols.kinds = kinds;
    symbols.count = runs;
  }
  UnmapOwn(functions, scratch_bytes, Backing::kLazily);
}

// Of the file beside the addon.
constexpr std::string_view kCacheSuffix = ".symbols";

}  // namespace

CallerKind EngineSymbols::KindAt(std::uintptr_t address) const {
  if (!text.Contains(address) || count == 0) return CallerKind::kProgram;
  const auto offset = static_cast<std::uint32_t>(address - text.begin);
  const std::uint32_t* const next = std::upper_bound(starts, starts + count, offset);
  return next == starts ? CallerKind::kProgram : kinds[next - starts - 1];
}

EngineSymbols ReadEngineSymbols() {
  EngineSymbols symbols;
  std::uintptr_t base = 0;
  char path[4096] = "/proc/self/exe";
  char cache[4096] = "";
  SymbolCacheKey key;
  int seen = 0;
  const auto here = reinterpret_cast<std::uintptr_t>(&ReadEngineSymbols);
  ForEachObject([&](const ElfObject& object) {
    const bool is_library = seen++ > 0;
    if (object.text().Contains(here)) {
      key.addon = BuildIdOf(object);
      const std::string_view own = object.path();
      if (own.size() + kCacheSuffix.size() < sizeof cache) {
        own.copy(cache, own.size());
        kCacheSuffix.copy(cache + own.size(), kCacheSuffix.size());
      }
    }
    if (KindOf(object) != ObjectKind::kEngine) return true;
    if (is_library && object.path().size() >= sizeof path) return true;
    symbols.text = object.text();
    key.engine = BuildIdOf(object);
    base = object.base();
    if (is_library) path[object.path().copy(path, sizeof path - 1)] = '\0';
    return true;  // a library that holds the engine comes after the program, and is the better one
  });
  key.text_bytes = symbols.text.end - symbols.text.begin;
  if (key.text_bytes > std::numeric_limits<std::uint32_t>::max()) return symbols;

  const MappedFile file(path);
  key.engine_file_bytes = file.size();
  const bool may_keep = key.Known() && cache[0] == '/';
  if (may_keep && LoadSymbols(cache, key, symbols)) return symbols;
  ReadTable(file, base, symbols);
  if (may_keep && symbols.count > 0) SaveSymbols(cache, key, symbols);
  return symbols;
}

}  // namespace memspec::hooks
