#include "hooks/originals.h"

#include "hooks/elf_object.h"

namespace memspec::hooks {

constinit Originals g_originals;

namespace {

constinit AddressRange g_providers[kFunctionCount];

struct Wanted {
  const char* symbol;
  Presence presence;
  void** original;
};

}  // namespace

const char* ResolveOriginals() {
  const Wanted wanted[] = {
#define MEMSPEC_X(Name, symbol, presence, ...) \
  {#symbol, Presence::presence, reinterpret_cast<void**>(&g_originals.Name)},
      MEMSPEC_HOOKED_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X
  };
  // Objects opened later than libc come after it in the link map, so the first definition of a function of libc
  // or libstdc++ is the one that the global scope gives, whatever an addon brings along for itself.
  ForEachObject([&](const ElfObject& object) {
    for (int i = 0; i < kFunctionCount; i++) {
      if (*wanted[i].original != nullptr) continue;
      if (const std::uintptr_t definition = object.Definition(wanted[i].symbol); definition != 0) {
        *wanted[i].original = reinterpret_cast<void*>(definition);
        g_providers[i] = object.range();
      }
    }
    return true;
  });
  for (const Wanted& function : wanted) {
    if (*function.original == nullptr && function.presence == Presence::kRequired) return function.symbol;
  }
  return nullptr;
}

AddressRange ProviderOf(Function function) { return g_providers[static_cast<int>(function)]; }

}  // namespace memspec::hooks
