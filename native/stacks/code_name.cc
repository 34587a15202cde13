#include "stacks/code_name.h"

#include <charconv>

namespace memspec::stacks {
namespace {

// Takes ":<digits>" off the end.
bool TakeNumber(std::string_view& text, int& value) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, value);
  if (error != std::errc() || stop != end) return false;
  text.remove_suffix(text.size() - colon);
  return true;
}

// Takes " <name>" off the end.
bool TakeName(std::string_view& text, std::string_view name) {
  if (text.size() < name.size() + 1 || !text.ends_with(name)) return false;
  if (text[text.size() - name.size() - 1] != ' ') return false;
  text.remove_suffix(name.size() + 1);
  return true;
}

// Takes the marker of the compiler off the front of a function's name: `~` bytecode; `^` baseline, `+` Maglev, `*` TurboFan;
// V8 14 has an `o` before the marker of code that replaced a running loop, and others a quote after it.
CodeKind TakeMarker(std::string_view& text, bool machine_code) {
  if (!machine_code) {
    if (text.starts_with('~')) text.remove_prefix(1);
    return CodeKind::kBytecode;
  }
  auto rest = text;
  if (rest.size() > 1 && rest[0] == 'o' && (rest[1] == '+' || rest[1] == '*')) rest.remove_prefix(1);
  const char marker = rest.empty() ? '\0' : rest[0];
  const CodeKind kind = marker == '^'   ? CodeKind::kBaseline
                        : marker == '+' ? CodeKind::kMaglev
                        : marker == '*' ? CodeKind::kTurbofan
                                        : CodeKind::kOther;
  if (kind == CodeKind::kOther) return kind;
  rest.remove_prefix(1);
  if (rest.starts_with('\'')) rest.remove_prefix(1);
  text = rest;
  return kind;
}

}  // namespace

CodeName ParseCodeName(std::string_view text, bool machine_code, bool has_script, std::string_view script_name,
                       std::string_view source_url) {
  CodeName result;
  const auto colon = text.find(':');
  const auto tag = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (colon != std::string_view::npos) text.remove_prefix(colon + 1);

  if (!has_script) {
    if (tag == "RegExp") {
      result.kind = CodeKind::kRegExp;
    } else if (tag == "Builtin" || tag == "BytecodeHandler") {
      result.kind = CodeKind::kBuiltin;
    }
    result.function = std::string(text.substr(0, 256));
    return result;
  }

  result.kind = TakeMarker(text, machine_code);
  auto rest = text;
  if (TakeName(rest, script_name) || TakeName(rest, source_url)) return result;  // a script's top level has no position
  if (TakeNumber(rest, result.column) && TakeNumber(rest, result.line) &&
      (TakeName(rest, script_name) || TakeName(rest, source_url))) {
    result.function = std::string(rest);
    return result;
  }
  result.line = result.column = 0;
  return result;
}

}  // namespace memspec::stacks
