#include "slot_values.h"

#include <elf.h>
#include <link.h>

#include <algorithm>

namespace probe {
namespace {

SlotValue g_values[kMaxSlotValues];
std::size_t g_count = 0;

void ReadTable(std::uintptr_t base, std::uintptr_t table, std::size_t bytes) {
  const auto* const relocations = reinterpret_cast<const ElfW(Rela)*>(table);
  for (std::size_t i = 0; i < bytes / sizeof(ElfW(Rela)); i++) {
    if (ELF64_R_SYM(relocations[i].r_info) == 0 || g_count == kMaxSlotValues) continue;
    const std::uintptr_t slot = base + relocations[i].r_offset;
    g_values[g_count++] = {slot, *reinterpret_cast<const std::uintptr_t*>(slot)};
  }
}

int ReadObject(dl_phdr_info* info, std::size_t, void*) {
  const ElfW(Dyn)* dynamic = nullptr;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
      dynamic = reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    }
  }
  std::uintptr_t jump = 0, rela = 0;
  std::size_t jump_bytes = 0, rela_bytes = 0;
  for (; dynamic != nullptr && dynamic->d_tag != DT_NULL; dynamic++) {
    if (dynamic->d_tag == DT_JMPREL) jump = dynamic->d_un.d_ptr;
    if (dynamic->d_tag == DT_PLTRELSZ) jump_bytes = dynamic->d_un.d_val;
    if (dynamic->d_tag == DT_RELA) rela = dynamic->d_un.d_ptr;
    if (dynamic->d_tag == DT_RELASZ) rela_bytes = dynamic->d_un.d_val;
  }
  if (jump > info->dlpi_addr) ReadTable(info->dlpi_addr, jump, jump_bytes);
  if (rela > info->dlpi_addr) ReadTable(info->dlpi_addr, rela, rela_bytes);
  return 0;
}

}  // namespace

const SlotValue* ReadSlotValues(std::size_t* count) {
  g_count = 0;
  dl_iterate_phdr(ReadObject, nullptr);
  std::sort(g_values, g_values + g_count, [](const auto& a, const auto& b) { return a.slot < b.slot; });
  *count = g_count;
  return g_values;
}

}  // namespace probe
