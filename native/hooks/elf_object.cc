#include "hooks/elf_object.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace memspec::hooks {
namespace {

std::uintptr_t PageSize() {
  static const auto size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  return size;
}

int ProtectionFrom(ElfW(Word) flags) {
  return ((flags & PF_R) != 0 ? PROT_READ : 0) | ((flags & PF_W) != 0 ? PROT_WRITE : 0) |
         ((flags & PF_X) != 0 ? PROT_EXEC : 0);
}

}  // namespace

bool ElfObject::HoldsAddress(std::uint32_t type) {
#if defined(__x86_64__)
  return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT || type == R_X86_64_64;
#elif defined(__aarch64__)
  return type == R_AARCH64_JUMP_SLOT || type == R_AARCH64_GLOB_DAT || type == R_AARCH64_ABS64;
#else
#error "memspec's hooks know x86-64 and arm64"
#endif
}

ElfObject::ElfObject(const dl_phdr_info& info)
    : path_(info.dlpi_name == nullptr ? "" : info.dlpi_name),
      base_(info.dlpi_addr),
      headers_(info.dlpi_phdr),
      header_count_(info.dlpi_phnum) {
  const ElfW(Dyn)* dynamic = nullptr;
  const auto widen = [](AddressRange& range, std::uintptr_t begin, std::uintptr_t end) {
    range.begin = range.end == 0 ? begin : std::min(range.begin, begin);
    range.end = std::max(range.end, end);
  };
  for (int i = 0; i < header_count_; i++) {
    const ElfW(Phdr)& header = headers_[i];
    const std::uintptr_t begin = base_ + header.p_vaddr, end = begin + header.p_memsz;
    if (header.p_type == PT_LOAD) {
      widen(range_, begin, end);
      if ((header.p_flags & PF_X) != 0) widen(text_, begin, end);
    } else if (header.p_type == PT_DYNAMIC) {
      dynamic = reinterpret_cast<const ElfW(Dyn)*>(begin);
    } else if (header.p_type == PT_GNU_RELRO) {
      // As the loader rounds it: a last page that is only partly RELRO stays writable.
      relro_ = {begin & ~(PageSize() - 1), end & ~(PageSize() - 1)};
      if (relro_.end < relro_.begin) relro_ = {};
    }
  }
  if (dynamic == nullptr) return;
  std::size_t jump_bytes = 0, relocation_bytes = 0;
  // glibc relocates most pointers of the dynamic section in place, but not all of them (the vDSO's stay offsets).
  const auto address = [this](ElfW(Addr) value) { return value < base_ ? value + base_ : value; };
  bool rela = true;
  for (; dynamic->d_tag != DT_NULL; dynamic++) {
    const ElfW(Addr) value = dynamic->d_un.d_ptr;
    switch (dynamic->d_tag) {
      case DT_SYMTAB: symbols_ = reinterpret_cast<const ElfW(Sym)*>(address(value)); break;
      case DT_STRTAB: strings_ = reinterpret_cast<const char*>(address(value)); break;
      case DT_GNU_HASH: gnu_hash_ = reinterpret_cast<const std::uint32_t*>(address(value)); break;
      case DT_HASH: sysv_hash_ = reinterpret_cast<const std::uint32_t*>(address(value)); break;
      case DT_VERSYM: versions_ = reinterpret_cast<const ElfW(Versym)*>(address(value)); break;
      case DT_JMPREL: jump_relocations_ = reinterpret_cast<const ElfW(Rela)*>(address(value)); break;
      case DT_PLTRELSZ: jump_bytes = dynamic->d_un.d_val; break;
      case DT_PLTREL: rela = dynamic->d_un.d_val == DT_RELA; break;
      case DT_RELA: relocations_ = reinterpret_cast<const ElfW(Rela)*>(address(value)); break;
      case DT_RELASZ: relocation_bytes = dynamic->d_un.d_val; break;
      default: break;
    }
  }
  if (jump_relocations_ != nullptr && rela) jump_relocation_count_ = jump_bytes / sizeof(ElfW(Rela));
  if (relocations_ != nullptr) relocation_count_ = relocation_bytes / sizeof(ElfW(Rela));
}

std::string_view ElfObject::basename() const {
  const char* slash = std::strrchr(path_, '/');
  return slash == nullptr ? path_ : slash + 1;
}

int ElfObject::ProtectionOf(std::uintptr_t address) const {
  if (InRelro(address)) return PROT_READ;
  for (int i = 0; i < header_count_; i++) {
    const ElfW(Phdr)& header = headers_[i];
    const AddressRange segment{base_ + header.p_vaddr, base_ + header.p_vaddr + header.p_memsz};
    if (header.p_type == PT_LOAD && segment.Contains(address)) return ProtectionFrom(header.p_flags);
  }
  return PROT_READ | PROT_WRITE;
}

bool ElfObject::ContainsWritable(std::uintptr_t address) const {
  for (int i = 0; i < header_count_; i++) {
    const ElfW(Phdr)& header = headers_[i];
    const AddressRange segment{base_ + header.p_vaddr, base_ + header.p_vaddr + header.p_memsz};
    if (header.p_type == PT_LOAD && segment.Contains(address)) return (header.p_flags & PF_W) != 0;
  }
  return false;
}

// The version index's top bit hides a definition from new links: such a one is an old variant.
bool ElfObject::IsDefault(const ElfW(Sym)* symbol) const {
  return versions_ == nullptr || (versions_[symbol - symbols_] & 0x8000) == 0;
}

std::uintptr_t ElfObject::Definition(std::string_view name) const {
  if (!Valid()) return 0;
  const ElfW(Sym)* symbol = gnu_hash_ != nullptr ? FindByGnuHash(name) : FindBySysvHash(name);
  if (symbol == nullptr) return 0;
  const std::uintptr_t address = base_ + symbol->st_value;
  if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC) return reinterpret_cast<std::uintptr_t (*)()>(address)();
  return address;
}

std::uintptr_t ElfObject::StubOf(std::string_view name) const {
  // Imported symbols come before those that the hash table knows.
  if (!Valid() || gnu_hash_ == nullptr) return 0;
  for (std::uint32_t i = 1; i < gnu_hash_[1]; i++) {
    const ElfW(Sym)& symbol = symbols_[i];
    if (symbol.st_shndx == SHN_UNDEF && symbol.st_value != 0 && name == strings_ + symbol.st_name) {
      return base_ + symbol.st_value;
    }
  }
  return 0;
}

const ElfW(Sym)* ElfObject::FindByGnuHash(std::string_view name) const {
  std::uint32_t hash = 5381;
  for (const char c : name) hash = hash * 33 + static_cast<unsigned char>(c);
  const std::uint32_t bucket_count = gnu_hash_[0], first_symbol = gnu_hash_[1], bloom_words = gnu_hash_[2];
  if (bucket_count == 0) return nullptr;
  const auto* bloom = reinterpret_cast<const ElfW(Addr)*>(gnu_hash_ + 4);
  const auto* buckets = reinterpret_cast<const std::uint32_t*>(bloom + bloom_words);
  const std::uint32_t* chain = buckets + bucket_count;
  const ElfW(Sym)* hidden = nullptr;
  for (std::uint32_t i = buckets[hash % bucket_count]; i >= first_symbol && i != 0; i++) {
    const std::uint32_t entry = chain[i - first_symbol];
    if ((entry | 1) == (hash | 1) && name == strings_ + symbols_[i].st_name && symbols_[i].st_shndx != SHN_UNDEF) {
      if (IsDefault(&symbols_[i])) return &symbols_[i];
      hidden = &symbols_[i];
    }
    if ((entry & 1) != 0) break;
  }
  return hidden;
}

const ElfW(Sym)* ElfObject::FindBySysvHash(std::string_view name) const {
  if (sysv_hash_ == nullptr) return nullptr;
  const std::uint32_t symbol_count = sysv_hash_[1];  // length of the chain table, which is that of the symbol table
  const ElfW(Sym)* hidden = nullptr;
  for (std::uint32_t i = 1; i < symbol_count; i++) {
    if (symbols_[i].st_shndx == SHN_UNDEF || name != strings_ + symbols_[i].st_name) continue;
    if (IsDefault(&symbols_[i])) return &symbols_[i];
    hidden = &symbols_[i];
  }
  return hidden;
}

}  // namespace memspec::hooks
