// Names of native code: the loaded object an address lies in, and the function, from the object's own symbol table
// (`.symtab` where it was kept, else `.dynsym`). Reading only, never on the hot path. Any thread; takes a mutex.
#pragma once
#include <cstdint>
#include <string>

#include "base/recursion_guard.h"

namespace memspec::stacks {

struct NativeSymbol {
  std::string function;  // demangled; "" when unknown
  std::string object;    // file name of the loaded object; "" when the address lies in none
};

// `address` is a return address: it is looked up as the call before it.
NativeSymbol SymbolOf(const RecursionGuard&, std::uintptr_t address);

// A constant or function of the running program, by its mangled name; address nullptr when it is not in the symbol table.
struct ProgramSymbol {
  const void* address = nullptr;
  std::size_t bytes = 0;
};
ProgramSymbol FindProgramSymbol(const char* mangled);

}  // namespace memspec::stacks
