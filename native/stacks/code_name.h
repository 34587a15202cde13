// What V8's code events call a piece of code: `LazyCompile:~open file:///a.js:3:5`, `Builtin:ArrayMap`, `RegExp:a+`.
// Pure functions. The script's name must be known to split a function's name from it: both may hold spaces and colons.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace memspec::stacks {

enum class CodeKind : std::uint8_t { kBytecode, kBaseline, kMaglev, kTurbofan, kBuiltin, kRegExp, kWasm, kOther };

struct CodeName {
  CodeKind kind = CodeKind::kOther;
  std::string function;  // "" when anonymous, or when it cannot be told from the script's name
  int line = 0, column = 0;  // where the function starts, 1-based; 0: not said (a script's top level)
};

// `machine_code`: the event spoke of JIT code, not of bytecode. `script_name`, `source_url`: of the code's script, "" when it
// has none; V8 uses either.
CodeName ParseCodeName(std::string_view text, bool machine_code, bool has_script, std::string_view script_name,
                       std::string_view source_url);

}  // namespace memspec::stacks
