#include "malloc_hook.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

namespace probe {
namespace {

Observer g_observer = nullptr;
void* (*g_malloc)(std::size_t) = nullptr;
void* (*g_calloc)(std::size_t, std::size_t) = nullptr;
void* (*g_realloc)(void*, std::size_t) = nullptr;
int (*g_posix_memalign)(void**, std::size_t, std::size_t) = nullptr;
void* (*g_operator_new)(std::size_t) = nullptr;

__attribute__((always_inline)) inline void Tell(void* caller, void* frame, unsigned long bytes, bool always = false) {
  const bool inside = memspec::RecursionGuard::Active();
  if (inside && !always) return;
  const memspec::RecursionGuard guard;
  void* stack_pointer;
  asm volatile("mov %%rsp, %0" : "=r"(stack_pointer));
  g_observer(guard, {caller, frame, stack_pointer}, bytes, inside);
}
#define TELL(bytes) Tell(__builtin_return_address(0), __builtin_frame_address(0), bytes)

void* Malloc(std::size_t bytes) {
  void* block = g_malloc(bytes);
  TELL(bytes);
  return block;
}
void* Calloc(std::size_t count, std::size_t bytes) {
  void* block = g_calloc(count, bytes);
  TELL(count * bytes);
  return block;
}
void* Realloc(void* old, std::size_t bytes) {
  void* block = g_realloc(old, bytes);
  TELL(bytes);
  return block;
}
int PosixMemalign(void** out, std::size_t alignment, std::size_t bytes) {
  const int error = g_posix_memalign(out, alignment, bytes);
  TELL(bytes);
  return error;
}
void* OperatorNew(std::size_t bytes) {
  void* block = g_operator_new(bytes);
  Tell(__builtin_return_address(0), __builtin_frame_address(0), bytes, true);
  return block;
}

struct Hook {
  const char* name;
  void* replacement;
};
const Hook kHooks[] = {
    {"malloc", reinterpret_cast<void*>(&Malloc)},   {"calloc", reinterpret_cast<void*>(&Calloc)},
    {"realloc", reinterpret_cast<void*>(&Realloc)}, {"posix_memalign", reinterpret_cast<void*>(&PosixMemalign)},
    {"_Znwm", reinterpret_cast<void*>(&OperatorNew)},
};

void PatchSlot(void** slot, void* value) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto start = reinterpret_cast<std::uintptr_t>(slot) & ~(page - 1);
  mprotect(reinterpret_cast<void*>(start), page, PROT_READ | PROT_WRITE);
  *slot = value;
}

void PatchRelocations(dl_phdr_info* info, const ElfW(Rela) * table, std::size_t bytes, const ElfW(Sym) * symbols,
                      const char* names) {
  for (std::size_t i = 0; table != nullptr && i < bytes / sizeof(*table); ++i) {
    const auto type = ELF64_R_TYPE(table[i].r_info);
    if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
    const char* name = names + symbols[ELF64_R_SYM(table[i].r_info)].st_name;
    for (const Hook& hook : kHooks) {
      if (std::strcmp(name, hook.name) == 0) {
        PatchSlot(reinterpret_cast<void**>(info->dlpi_addr + table[i].r_offset), hook.replacement);
      }
    }
  }
}

int PatchObject(dl_phdr_info* info, std::size_t, void*) {
  // The program alone: its V8 and its Node are what these tests are about.
  if (info->dlpi_name != nullptr && info->dlpi_name[0] != 0) return 0;
  const ElfW(Rela)* jump = nullptr;
  const ElfW(Rela)* rela = nullptr;
  const ElfW(Sym)* symbols = nullptr;
  const char* names = nullptr;
  std::size_t jump_bytes = 0, rela_bytes = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    for (auto* d = reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr); d->d_tag != DT_NULL; ++d) {
      const auto pointer = d->d_un.d_ptr;
      if (d->d_tag == DT_JMPREL) jump = reinterpret_cast<const ElfW(Rela)*>(pointer);
      if (d->d_tag == DT_PLTRELSZ) jump_bytes = d->d_un.d_val;
      if (d->d_tag == DT_RELA) rela = reinterpret_cast<const ElfW(Rela)*>(pointer);
      if (d->d_tag == DT_RELASZ) rela_bytes = d->d_un.d_val;
      if (d->d_tag == DT_SYMTAB) symbols = reinterpret_cast<const ElfW(Sym)*>(pointer);
      if (d->d_tag == DT_STRTAB) names = reinterpret_cast<const char*>(pointer);
    }
  }
  if (symbols != nullptr && names != nullptr) {
    PatchRelocations(info, jump, jump_bytes, symbols, names);
    PatchRelocations(info, rela, rela_bytes, symbols, names);
  }
  return 1;
}

template <typename F>
void Original(F& out, void* library, const char* name) {
  out = reinterpret_cast<F>(dlsym(library, name));
}

}  // namespace

void HookMalloc(Observer observer) {
  if (g_observer != nullptr) return;
  g_observer = observer;
  void* const libc = dlopen("libc.so.6", RTLD_NOLOAD | RTLD_NOW);
  void* const libstdcxx = dlopen("libstdc++.so.6", RTLD_NOLOAD | RTLD_NOW);
  Original(g_malloc, libc, "malloc");
  Original(g_calloc, libc, "calloc");
  Original(g_realloc, libc, "realloc");
  Original(g_posix_memalign, libc, "posix_memalign");
  Original(g_operator_new, libstdcxx, "_Znwm");
  dl_iterate_phdr(PatchObject, nullptr);
}

}  // namespace probe
