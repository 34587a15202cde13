// One loaded ELF object as the loader left it in memory: dynamic symbols, relocations, protections. A view:
// valid only while the object stays loaded, that is inside the dl_iterate_phdr() callback that gave it.
#pragma once
#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hooks/originals.h"

namespace memspec::hooks {

enum class SlotKind : std::uint8_t {
  kCall,     // of the PLT: only calls go through it, and until it is bound it points back into the PLT
  kPointer,  // the function's address as a value, which the program may have changed
};

class ElfObject {
 public:
  explicit ElfObject(const dl_phdr_info& info);

  // False for what has no dynamic section, or one without symbols.
  bool Valid() const { return symbols_ != nullptr && strings_ != nullptr; }
  std::string_view path() const { return path_; }
  std::string_view basename() const;
  std::uintptr_t base() const { return base_; }
  const ElfW(Phdr)* program_headers() const { return headers_; }
  int program_header_count() const { return header_count_; }
  AddressRange range() const { return range_; }
  AddressRange text() const { return text_; }  // from the first executable segment to the last

  // The address of the object's own definition, 0 if it has none.
  std::uintptr_t Definition(std::string_view name) const;

  // Where a program that is linked to a fixed address imports a function whose address it takes, that address is a
  // stub of the program's own, for every object in the process. 0: there is none.
  std::uintptr_t StubOf(std::string_view name) const;

  // Calls visit(slot, symbol name, SlotKind) for each relocation that holds the address of a named function.
  template <typename Visit>
  void ForEachSlot(Visit&& visit) const {
    VisitTable(jump_relocations_, jump_relocation_count_, SlotKind::kCall, visit);
    VisitTable(relocations_, relocation_count_, SlotKind::kPointer, visit);
  }

  // Calls visit(symbol, name) for each symbol that the object's GNU hash table knows, in the order of the table. False: it has none.
  template <typename Visit>
  bool ForEachHashedSymbol(Visit&& visit) const {
    if (!Valid() || gnu_hash_ == nullptr) return false;
    const std::uint32_t bucket_count = gnu_hash_[0], first_symbol = gnu_hash_[1], bloom_words = gnu_hash_[2];
    const auto* buckets = reinterpret_cast<const std::uint32_t*>(reinterpret_cast<const ElfW(Addr)*>(gnu_hash_ + 4) + bloom_words);
    const std::uint32_t* chain = buckets + bucket_count;
    for (std::uint32_t bucket = 0; bucket < bucket_count; bucket++) {
      std::uint32_t i = buckets[bucket];
      if (i < first_symbol || i == 0) continue;
      do visit(symbols_[i], strings_ + symbols_[i].st_name);
      while ((chain[i++ - first_symbol] & 1) == 0);
    }
    return true;
  }

  // What mprotect() must be given so that the page of `address` is as the loader left it.
  int ProtectionOf(std::uintptr_t address) const;
  bool InRelro(std::uintptr_t address) const { return relro_.Contains(address); }
  AddressRange relro() const { return relro_; }
  bool ContainsWritable(std::uintptr_t address) const;

 private:
  static bool HoldsAddress(std::uint32_t relocation_type);
  template <typename Visit>
  void VisitTable(const ElfW(Rela)* table, std::size_t count, SlotKind kind, Visit& visit) const {
    for (std::size_t i = 0; i < count; i++) {
      const std::uint32_t symbol_index = ELF64_R_SYM(table[i].r_info);
      if (symbol_index == 0 || table[i].r_addend != 0 || !HoldsAddress(ELF64_R_TYPE(table[i].r_info))) continue;
      visit(reinterpret_cast<void**>(base_ + table[i].r_offset), strings_ + symbols_[symbol_index].st_name, kind);
    }
  }
  const ElfW(Sym)* FindByGnuHash(std::string_view name) const;
  const ElfW(Sym)* FindBySysvHash(std::string_view name) const;
  bool IsDefault(const ElfW(Sym)* symbol) const;

  const char* path_;
  std::uintptr_t base_;
  const ElfW(Phdr)* headers_;
  int header_count_;
  AddressRange range_, text_, relro_;
  const ElfW(Sym)* symbols_ = nullptr;
  const char* strings_ = nullptr;
  const std::uint32_t* gnu_hash_ = nullptr;
  const std::uint32_t* sysv_hash_ = nullptr;
  const ElfW(Versym)* versions_ = nullptr;
  const ElfW(Rela)* jump_relocations_ = nullptr;
  std::size_t jump_relocation_count_ = 0;
  const ElfW(Rela)* relocations_ = nullptr;
  std::size_t relocation_count_ = 0;
};

// Calls visit(const ElfObject&) for each loaded object, first the main program, in the order of the link map,
// under the loader's lock: nothing is unloaded meanwhile. `visit` returns false to stop.
// Gives the loader's count of objects ever loaded.
template <typename Visit>
unsigned long long ForEachObject(Visit&& visit) {
  struct Context {
    Visit& visit;
    unsigned long long loads;
  } context{visit, 0};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        auto& c = *static_cast<Context*>(data);
        c.loads = info->dlpi_adds;
        return c.visit(ElfObject(*info)) ? 0 : 1;
      },
      &context);
  return context.loads;
}

}  // namespace memspec::hooks
