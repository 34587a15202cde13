#include "stacks/native_symbols.h"

#include <cxxabi.h>
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

struct Function {
  std::uint64_t start, size;
  std::uint32_t name;
};

// An object's functions by address, and their names.
struct Symbols {
  std::vector<Function> functions;
  std::string names;
};

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

Symbols ReadSymbols(const char* path) {
  Symbols result;
  const MappedFile file(path);
  const RawSymbols raw = RawSymbolsOf(file);
  for (std::uint64_t i = 0; i < raw.count; ++i) {
    const auto& symbol = raw.symbols[i];
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_value == 0 || symbol.st_name >= raw.names_size) continue;
    result.functions.push_back({symbol.st_value, symbol.st_size, symbol.st_name});
  }
  std::sort(result.functions.begin(), result.functions.end(),
            [](const Function& a, const Function& b) { return a.start < b.start; });
  if (!result.functions.empty()) result.names.assign(raw.names, raw.names_size);
  return result;
}

std::string Demangle(const char* name) {
  int status = 0;
  char* const text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = status == 0 && text != nullptr ? text : name;
  std::free(text);
  return result;
}

std::string NameAt(const Symbols& symbols, std::uint64_t offset) {
  auto it = std::upper_bound(symbols.functions.begin(), symbols.functions.end(), offset,
                             [](std::uint64_t value, const Function& f) { return value < f.start; });
  if (it == symbols.functions.begin()) return "";
  --it;
  // Assembly functions have size 0: they reach to the next symbol.
  if (it->size != 0 && offset >= it->start + it->size) return "";
  return Demangle(symbols.names.c_str() + it->name);
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

ProgramSymbol FindProgramSymbol(std::string_view mangled) {
  const MappedFile file("/proc/self/exe");
  const RawSymbols raw = RawSymbolsOf(file);
  std::uintptr_t bias = 0;
  dl_iterate_phdr(FirstBias, &bias);
  for (std::uint64_t i = 0; i < raw.count; ++i) {
    const auto& symbol = raw.symbols[i];
    // Names are compared last: they are spread over megabytes of the file.
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    if ((type != STT_OBJECT && type != STT_FUNC) || symbol.st_value == 0 || symbol.st_name >= raw.names_size) continue;
    if (mangled == raw.names + symbol.st_name) return {reinterpret_cast<const void*>(bias + symbol.st_value), symbol.st_size};
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
    it = cache->emplace(object.path, ReadSymbols(program ? "/proc/self/exe" : object.path.c_str())).first;
  }
  return {NameAt(it->second, object.address - object.bias), object.path};
}

}  // namespace memspec::stacks
