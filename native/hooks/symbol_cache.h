// What was found in the engine's symbol table, kept in a file beside the addon: reading the table anew takes each process ten
// milliseconds. It is of use to the same engine and the same addon alone, told by their build ids; what has none keeps nothing.
#pragma once
#include <cstddef>
#include <cstdint>

#include "hooks/build_id.h"
#include "hooks/symbols.h"

namespace memspec::hooks {

struct SymbolCacheKey {
  BuildId engine;
  BuildId addon;
  std::uint64_t engine_file_bytes = 0;  // a stripped engine has the build id of the whole one
  std::uint64_t text_bytes = 0;

  bool Known() const { return engine.bytes > 0 && addon.bytes > 0; }
};

// False: there is no such file, it is of something else, or damaged; `symbols` is as it was. Else its `text` is left alone.
bool LoadSymbols(const char* path, const SymbolCacheKey& key, EngineSymbols& symbols);

// Where it cannot be written nothing is kept. Readers see the old file or the new one, whole.
void SaveSymbols(const char* path, const SymbolCacheKey& key, const EngineSymbols& symbols);

}  // namespace memspec::hooks
