#include "stacks/modules.h"

#include <dlfcn.h>

#include "stacks/program_symbols.h"

namespace memspec::stacks {

std::uint32_t ModuleOf(std::uintptr_t address) {
  for (std::uint32_t i = hooks::ModuleCount(); i-- > 0;) {
    if (hooks::ModuleAt(i)->range.Contains(address)) return i;
  }
  return kNoModule;
}

std::string BuildIdOf(const hooks::Module& module) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < module.build_id.bytes; ++i) {
    text += kDigits[module.build_id.value[i] >> 4];
    text += kDigits[module.build_id.value[i] & 15];
  }
  return text;
}

std::string DynamicSymbolOf(const RecursionGuard&, std::uintptr_t return_address) {
  const ProgramLookup program = FindInProgram(return_address - 1);
  if (program.in_program) return program.symbol == nullptr ? "" : program.symbol;
  Dl_info info;
  const bool found = dladdr(reinterpret_cast<const void*>(return_address - 1), &info) != 0;
  return found && info.dli_sname != nullptr ? info.dli_sname : "";
}

void PrepareDynamicSymbols(const RecursionGuard&) { static_cast<void>(FindInProgram(0)); }

}  // namespace memspec::stacks
