#include "stacks/program_symbols.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "hooks/elf_object.h"

namespace memspec::stacks {
namespace {

// Offsets from the program's base.
struct Symbol {
  std::uint32_t begin, end;
  std::uint32_t reach;  // the highest end up to here
  std::uint32_t name;   // where it lies in the program's strings
};

class ProgramSymbols {
 public:
  ProgramSymbols() {
    hooks::ForEachObject([this](const hooks::ElfObject& program) {
      Read(program);
      return false;  // the program is the first
    });
    // As dladdr takes them: the one that begins last, and of those that begin there the first that spans the address.
    std::stable_sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) { return a.begin < b.begin; });
    std::uint32_t reach = 0;
    for (Symbol& symbol : symbols_) symbol.reach = reach = std::max(reach, symbol.end);
  }

  ProgramLookup Find(std::uintptr_t address) const {
    if (!known_ || !range_.Contains(address)) return {};
    const auto offset = static_cast<std::uint32_t>(address - base_);
    std::size_t i = static_cast<std::size_t>(
        std::upper_bound(symbols_.begin(), symbols_.end(), offset, [](std::uint32_t at, const Symbol& s) { return at < s.begin; }) -
        symbols_.begin());
    const Symbol* found = nullptr;
    while (i-- > 0 && symbols_[i].reach > offset && (found == nullptr || symbols_[i].begin == found->begin)) {
      if (offset < symbols_[i].end) found = &symbols_[i];
    }
    return {true, found == nullptr ? nullptr : names_ + found->name};
  }

 private:
  void Read(const hooks::ElfObject& program) {
    base_ = program.base();
    range_ = program.range();
    constexpr std::uintptr_t kMost = std::numeric_limits<std::uint32_t>::max();
    if (range_.end - base_ > kMost) return;
    std::size_t count = 0;
    known_ = program.ForEachHashedSymbol([&](const ElfW(Sym)& symbol, const char* name) {
      if (count++ == 0) names_ = name - symbol.st_name;
    });
    symbols_.reserve(count);
    program.ForEachHashedSymbol([&](const ElfW(Sym)& symbol, const char*) {
      if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol.st_info) == STT_TLS) return;
      // One without a size is what begins at its address, and no more.
      const std::uint64_t end = symbol.st_value + std::max<std::uint64_t>(symbol.st_size, 1);
      if (end <= kMost) symbols_.push_back({static_cast<std::uint32_t>(symbol.st_value), static_cast<std::uint32_t>(end), 0, symbol.st_name});
    });
  }

  std::uintptr_t base_ = 0;
  hooks::AddressRange range_{0, 0};
  bool known_ = false;
  const char* names_ = nullptr;
  std::vector<Symbol> symbols_;
};

}  // namespace

ProgramLookup FindInProgram(std::uintptr_t address) {
  static const auto* const symbols = new ProgramSymbols;  // a thread may read while the process ends
  return symbols->Find(address);
}

}  // namespace memspec::stacks
