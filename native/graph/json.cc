#include "graph/json.h"

#include <cstdlib>

namespace memspec::graph {

namespace {

constexpr int kMaxNesting = 16;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool Value(Json* out, int depth) {
    SkipSpace();
    if (at_ == text_.size() || depth > kMaxNesting) return false;
    switch (text_[at_]) {
      case '{':
        return Object(out, depth);
      case '[':
        return Array(out, depth);
      case '"':
        out->kind = Json::Kind::kString;
        return String(&out->string);
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      default:
        return Number(out);
    }
  }

  bool AtEnd() {
    SkipSpace();
    return at_ == text_.size();
  }

 private:
  void SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
  }

  bool Take(char wanted) {
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  bool Word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool String(std::string* out) {
    if (!Take('"')) return false;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') out->push_back(text_[at_++]);
      if (at_ < text_.size()) out->push_back(text_[at_++]);
    }
    return Take('"');
  }

  bool Number(Json* out) {
    const std::string rest(text_.substr(at_, 40));
    char* end = nullptr;
    out->kind = Json::Kind::kNumber;
    out->number = std::strtod(rest.c_str(), &end);
    at_ += static_cast<std::size_t>(end - rest.c_str());
    return end != rest.c_str();
  }

  bool Array(Json* out, int depth) {
    out->kind = Json::Kind::kArray;
    Take('[');
    if (Take(']')) return true;
    do {
      if (!Value(&out->items.emplace_back(), depth + 1)) return false;
    } while (Take(','));
    return Take(']');
  }

  bool Object(Json* out, int depth) {
    out->kind = Json::Kind::kObject;
    Take('{');
    if (Take('}')) return true;
    do {
      auto& member = out->members.emplace_back();
      SkipSpace();
      if (!String(&member.first) || !Take(':') || !Value(&member.second, depth + 1)) return false;
    } while (Take(','));
    return Take('}');
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const Json* Json::Find(std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<Json> ParseJson(std::string_view text) {
  Parser parser(text);
  Json value;
  if (!parser.Value(&value, 0) || !parser.AtEnd()) return std::nullopt;
  return value;
}

}  // namespace memspec::graph
