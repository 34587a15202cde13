// The functions of the engine's object as intervals of addresses of one kind each, from the symbol table in its file.
#pragma once
#include <cstddef>
#include <cstdint>

#include "hooks/originals.h"
#include "hooks/symbol_kinds.h"

namespace memspec::hooks {

struct EngineSymbols {
  AddressRange text;
  const std::uint32_t* starts = nullptr;  // ascending, relative to text.begin
  const CallerKind* kinds = nullptr;      // kinds[i] from starts[i] to starts[i + 1]
  std::size_t count = 0;
  bool has_v8 = false;           // V8's functions can be told from Node's
  bool has_heap_sample = false;  // SampleObject was found
  std::uintptr_t a_v8_function = 0;

  CallerKind KindAt(std::uintptr_t address) const;
};

// Reads the file once. What it gives stays for the life of the process.
EngineSymbols ReadEngineSymbols();

}  // namespace memspec::hooks
