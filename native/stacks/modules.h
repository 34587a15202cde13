// Which mapped file an address lies in, or lay in when that file was mapped. Reading only, never on the hot path. Any thread.
// Files are known from the time when the hooks were installed, and from each dlopen on.
#pragma once
#include <cstdint>
#include <string>

#include "base/recursion_guard.h"
#include "hooks/module_list.h"

namespace memspec::stacks {

// The module's number (hooks::ModuleAt); kNoModule: none. Where several lay there one after the other, the latest.
inline constexpr std::uint32_t kNoModule = 0xffffffff;
std::uint32_t ModuleOf(std::uintptr_t address);

// Hexadecimal digits; "" when the file has none.
std::string BuildIdOf(const hooks::Module& module);

// The dynamic symbol before an address of native code, mangled; "" where there is none, or the file is no longer mapped. Takes the
// loader's lock.
std::string DynamicSymbolOf(const RecursionGuard&, std::uintptr_t return_address);

// The first call of it reads all symbols of the program, which takes some milliseconds: it can have been done before.
void PrepareDynamicSymbols(const RecursionGuard&);

}  // namespace memspec::stacks
