// The functions that the hooks stand in for. Filled once, before the first slot is patched; read by any thread.
#pragma once
#include <cstdint>

#include "hooks/function_list.h"

namespace memspec::hooks {

struct Originals {
#define MEMSPEC_X(Name, symbol, presence, ...) \
  using Name##Signature = __VA_ARGS__;         \
  Name##Signature* Name = nullptr;
  MEMSPEC_HOOKED_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X
};

extern constinit Originals g_originals;

// A half-open range of addresses of the object whose malloc the process uses (libc, or what was preloaded).
struct AddressRange {
  std::uintptr_t begin = 0, end = 0;
  bool Contains(std::uintptr_t address) const { return address - begin < end - begin; }
};

// Finds every original: the first *definition* in the order of the link map, which is what the process itself
// uses, also where an allocator was preloaded. Never the main program's PLT stub, which dlsym() would give.
// Returns the name of the first required symbol that is missing, else nullptr.
const char* ResolveOriginals();

// The object that provides `function`; empty when there is none.
AddressRange ProviderOf(Function function);

}  // namespace memspec::hooks
