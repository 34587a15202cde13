// Every file of machine code that was ever seen mapped, for whoever has an address and wants to know what lay there. Grows under the
// install mutex, read by any thread without a lock. An entry stays when its file is unmapped. Capacity: kMaxModules and
// kMaxModuleText; what comes after is not in the list.
#pragma once
#include <cstddef>
#include <cstdint>

#include "hooks/build_id.h"
#include "hooks/elf_object.h"

namespace memspec::hooks {

inline constexpr std::uint32_t kMaxModules = 4096;
inline constexpr std::size_t kMaxModuleText = std::size_t{4} << 20;

struct Module {
  std::uintptr_t bias;      // from an address in the file's own terms to one in memory
  AddressRange range;       // all its segments
  const char* path;         // absolute, where it is a file; "linux-vdso.so.1" for the kernel's
  std::uint32_t path_bytes;
  BuildId build_id;
};

// Under the install mutex, for each object of a pass. Allocates nothing through libc.
void NoteModule(const ElfObject& object);

// Numbered from 0 in the order in which they came; nullptr past the last.
const Module* ModuleAt(std::uint32_t number);
std::uint32_t ModuleCount();

}  // namespace memspec::hooks
