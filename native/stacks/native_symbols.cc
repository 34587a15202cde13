#include "stacks/native_symbols.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

namespace memspec::stacks {
namespace {

// A whole file, mapped for reading.
class MappedFile {
 public:
  explicit MappedFile(const char* path) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat status;
    if (fstat(fd, &status) == 0 && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      void* data = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
      data_ = data == MAP_FAILED ? nullptr : static_cast<const char*>(data);
    }
    close(fd);
  }
  ~MappedFile() {
    if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  // nullptr when the file does not hold `count` of T there.
  template <typename T>
  const T* At(std::uint64_t offset, std::uint64_t count = 1) const {
    if (data_ == nullptr || offset > size_ || count > (size_ - offset) / sizeof(T)) return nullptr;
    return reinterpret_cast<const T*>(data_ + offset);
  }

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

const ElfW(Shdr)* Section(const ElfW(Shdr)* sections, unsigned count, unsigned type) {
  for (unsigned i = 0; i < count; ++i) {
    if (sections[i].sh_type == type) return &sections[i];
  }
  return nullptr;
}

// An object's symbol table, as it lies in the file.
struct RawSymbols {
  const ElfW(Sym)* symbols = nullptr;
  std::uint64_t count = 0;
  const char* names = nullptr;
  std::uint64_t names_size = 0;
};

RawSymbols RawSymbolsOf(const MappedFile& file) {
  const auto* const header = file.At<ElfW(Ehdr)>(0);
  if (header == nullptr || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return {};
  const auto* const sections = file.At<ElfW(Shdr)>(header->e_shoff, header->e_shnum);
  if (sections == nullptr) return {};
  const auto* table = Section(sections, header->e_shnum, SHT_SYMTAB);
  if (table == nullptr) table = Section(sections, header->e_shnum, SHT_DYNSYM);
  if (table == nullptr || table->sh_link >= header->e_shnum) return {};
  const auto& strings = sections[table->sh_link];
  const std::uint64_t count = table->sh_size / sizeof(ElfW(Sym));
  const RawSymbols raw{file.At<ElfW(Sym)>(table->sh_offset, count), count, file.At<char>(strings.sh_offset, strings.sh_size),
                       strings.sh_size};
  const bool whole = raw.symbols != nullptr && raw.names != nullptr && raw.names_size != 0;
  return whole && raw.names[raw.names_size - 1] == 0 ? raw : RawSymbols{};
}

bool IsFunction(const ElfW(Sym)& symbol, const RawSymbols& raw) {
  const auto type = ELF64_ST_TYPE(symbol.st_info);
  return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol.st_value != 0 && symbol.st_name < raw.names_size;
}

// An object's functions by address. Its names alone are tens of megabytes for Node, so all stays in the mapped file. The table
// is in no order: a few addresses are looked for in the whole of it, for more its functions are sorted into pages.
class Symbols {
 public:
  explicit Symbols(const char* path) : file_(path), raw_(RawSymbolsOf(file_)) {}

  // The function that starts last at or before this offset; nullptr: none. Of several that start there the table's last.
  const ElfW(Sym)* StartingBefore(std::uint64_t offset) {
    if (asked_ < kReadings) {
      ++asked_;
      Best best{offset};
      for (std::uint64_t i = 0; i < raw_.count; ++i) {
        if (raw_.symbols[i].st_value <= offset && IsFunction(raw_.symbols[i], raw_)) best.Try(raw_.symbols[i]);
      }
      return best.function;
    }
    if (pages_.empty()) SortIntoPages();
    Best best{offset};
    for (std::size_t page = std::min<std::uint64_t>(offset >> kPageBits, pages_.size() - 2) + 1; page-- > 0;) {
      for (std::uint32_t i = pages_[page]; i < pages_[page + 1]; ++i) best.Try(raw_.symbols[functions_[i]]);
      if (best.function != nullptr) break;
    }
    return best.function;
  }
  const char* NameOf(const ElfW(Sym)& symbol) const { return raw_.names + symbol.st_name; }

 private:
  static constexpr int kReadings = 4;
  static constexpr int kPageBits = 12;

  struct Best {
    std::uint64_t offset;
    const ElfW(Sym)* function = nullptr;

    // In the order of the table.
    void Try(const ElfW(Sym)& symbol) {
      if (symbol.st_value <= offset && (function == nullptr || symbol.st_value >= function->st_value)) function = &symbol;
    }
  };

  template <typename Visit>
  void ForEachFunction(Visit&& visit) const {
    for (std::uint64_t i = 0; i < raw_.count; ++i) {
      const ElfW(Sym)& symbol = raw_.symbols[i];
      // What lies beyond any file is no address in this one.
      if (IsFunction(symbol, raw_) && symbol.st_value >> kPageBits < kMaxPages) visit(symbol, static_cast<std::uint32_t>(i));
    }
  }

  void SortIntoPages() {
    std::uint64_t last = 0;
    ForEachFunction([&](const ElfW(Sym)& symbol, std::uint32_t) { last = std::max(last, symbol.st_value >> kPageBits); });
    pages_.assign(last + 2, 0);
    ForEachFunction([&](const ElfW(Sym)& symbol, std::uint32_t) { ++pages_[(symbol.st_value >> kPageBits) + 1]; });
    for (std::size_t page = 1; page < pages_.size(); ++page) pages_[page] += pages_[page - 1];
    functions_.resize(pages_.back());
    std::vector<std::uint32_t> next(pages_.begin(), pages_.end() - 1);
    ForEachFunction([&](const ElfW(Sym)& symbol, std::uint32_t i) { functions_[next[symbol.st_value >> kPageBits]++] = i; });
  }

  static constexpr std::uint64_t kMaxPages = 1u << 20;  // 4 GB

  const MappedFile file_;
  const RawSymbols raw_;
  int asked_ = 0;
  std::vector<std::uint32_t> pages_;      // of the functions of page n, in the order of the table: functions_[pages_[n]] ...
  std::vector<std::uint32_t> functions_;  // their numbers in the table
};

std::string Demangle(const char* name) {
  int status = 0;
  char* const text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = status == 0 && text != nullptr ? text : name;
  std::free(text);
  return result;
}

std::string NameAt(Symbols& symbols, std::uint64_t offset) {
  const ElfW(Sym)* const function = symbols.StartingBefore(offset);
  if (function == nullptr) return "";
  // Assembly functions have size 0: they reach to the next symbol.
  if (function->st_size != 0 && offset >= function->st_value + function->st_size) return "";
  return Demangle(symbols.NameOf(*function));
}

struct Object {
  std::uintptr_t address;
  std::uintptr_t bias;
  std::string path;
  bool found;
};

int FindObject(dl_phdr_info* info, std::size_t, void* data) {
  auto& wanted = *static_cast<Object*>(data);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    const std::uintptr_t start = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type != PT_LOAD || wanted.address < start || wanted.address - start >= segment.p_memsz) continue;
    wanted.bias = info->dlpi_addr;
    wanted.path = info->dlpi_name == nullptr ? "" : info->dlpi_name;
    wanted.found = true;
    return 1;
  }
  return 0;
}

// The program is the first object that the loader lists.
int FirstBias(dl_phdr_info* info, std::size_t, void* data) {
  *static_cast<std::uintptr_t*>(data) = info->dlpi_addr;
  return 1;
}

}  // namespace

ProgramSymbol FindProgramSymbol(const char* mangled) {
  // What Node's official builds export has an index by name; to search the whole table touches megabytes.
  if (void* const address = dlsym(RTLD_DEFAULT, mangled); address != nullptr) {
    Dl_info info;
    void* symbol = nullptr;
    if (dladdr1(address, &info, &symbol, RTLD_DL_SYMENT) != 0 && symbol != nullptr) {
      return {address, static_cast<const ElfW(Sym)*>(symbol)->st_size};
    }
  }
  const MappedFile file("/proc/self/exe");
  const RawSymbols raw = RawSymbolsOf(file);
  std::uintptr_t bias = 0;
  dl_iterate_phdr(FirstBias, &bias);
  for (std::uint64_t i = 0; i < raw.count; ++i) {
    const auto& symbol = raw.symbols[i];
    // Names are compared last: they are spread over megabytes of the file.
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    if ((type != STT_OBJECT && type != STT_FUNC) || symbol.st_value == 0 || symbol.st_name >= raw.names_size) continue;
    if (std::strcmp(mangled, raw.names + symbol.st_name) == 0) return {reinterpret_cast<const void*>(bias + symbol.st_value), symbol.st_size};
  }
  return {};
}

NativeSymbol SymbolOf(const RecursionGuard&, std::uintptr_t address) {
  Object object{address - 1, 0, "", false};
  dl_iterate_phdr(FindObject, &object);
  if (!object.found) return {};
  const bool program = object.path.empty();  // the loader names the program itself ""
  char self[4096];
  if (program) {
    const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    object.path = length > 0 ? std::string(self, static_cast<std::size_t>(length)) : "";
  }
  static std::mutex lock;
  // Never destroyed: a worker may still read when the process ends.
  static auto* const cache = new std::map<std::string, Symbols>;
  const std::lock_guard hold(lock);
  auto it = cache->find(object.path);
  if (it == cache->end()) {
    it = cache->try_emplace(object.path, program ? "/proc/self/exe" : object.path.c_str()).first;
  }
  return {NameAt(it->second, object.address - object.bias), object.path};
}

}  // namespace memspec::stacks
