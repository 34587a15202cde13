// Interposition of the allocator inside the running process. Any thread; install and remove take a mutex.
#pragma once
#include <cstdint>

#include "hooks/sink.h"

namespace memspec::hooks {

struct InstallResult {
  bool ok;
  const char* missing;        // name of the first required symbol that was not found, else nullptr
  std::uint32_t slots;        // patched now
  std::uint32_t objects;      // loaded objects seen
  bool engine_symbols;        // V8's functions can be told from Node's (symbol table present)
  bool heap_sample_symbol;    // SampleObject was found: heap sites by line are possible
};

// Reference-counted: the first call patches every loaded object's slots, the last Remove() restores them.
InstallResult Install(const Sink& sink);
void Remove();

// What Install() found out about this process; meaningful after the first one.
struct Facts {
  bool engine_symbols;
  bool heap_sample_symbol;
};
Facts KnownFacts();

bool Installed();

}  // namespace memspec::hooks
