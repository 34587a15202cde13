// What a function of the engine's object is, by its (mangled) name. Pure.
#pragma once
#include <cstdint>
#include <string_view>

namespace memspec::hooks {

enum class CallerKind : std::uint8_t {
  kProgram,        // Node's own C++ and the libraries in it: on behalf of the program
  kV8,             // V8's own work
  kV8Pages,        // V8's, handing pages on to whoever asked it for them
  kPlatform,       // Node's platform: what V8's tasks cost
  kBackingStore,   // V8's, below which committed pages are buffers
  kIntl,           // V8's, below which ICU works for the program (Intl objects, not regular expressions)
  kSerializer,     // V8's, for the program's messages
  kBuffer,         // node::Buffer and the buffer allocators: what they malloc is a backing store
  kHeapSample,     // V8's sampling heap profiler, making a sample
  kLeaf,           // works for whoever called it: the standard library's templates, Abseil
  kIcu,            // likewise
  kLikeNeighbour,  // a file's own function without a namespace: as the functions beside it
};

CallerKind KindOfSymbol(std::string_view mangled, bool local);

}  // namespace memspec::hooks
