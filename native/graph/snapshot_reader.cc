#include "graph/snapshot_reader.h"

#include "graph/snapshot_meta.h"

namespace memspec::graph {

namespace {

constexpr std::size_t kMaxHead = 1 << 20;
constexpr std::size_t kMaxKey = 64;
constexpr std::uint64_t kMaxNumber = std::uint64_t{1} << 53;

bool IsSpace(char c) { return c == '\n' || c == ' ' || c == '\r' || c == '\t'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

SnapshotReader::SnapshotReader() : graph_(std::make_unique<Graph>()), builder_(graph_.get(), &problem_) {}
SnapshotReader::~SnapshotReader() = default;

const char* SnapshotReader::Fail(std::string what) {
  if (problem_.error == ReadError::kNone) problem_ = {ReadError::kInvalid, std::move(what)};
  return nullptr;
}

bool SnapshotReader::Feed(const char* bytes, std::size_t count) {
  if (problem_.error != ReadError::kNone) return false;
  const char* at = bytes;
  const char* const end = bytes + count;
  while (at != end) {
    const char* const next = Step(at, end);
    if (next == nullptr) {
      if (problem_.error == ReadError::kInvalid) {
        problem_.what += " (at byte " + std::to_string(bytes_before_ + static_cast<std::uint64_t>(at - bytes)) + ")";
      }
      return false;
    }
    at = next;
  }
  bytes_before_ += count;
  return true;
}

std::unique_ptr<Graph> SnapshotReader::Finish() {
  if (problem_.error != ReadError::kNone) return nullptr;
  if (state_ != State::kEnd) {
    problem_ = {ReadError::kTruncated, bytes_before_ == 0 ? "it is empty"
                                                          : "it ends too early, after " +
                                                                std::to_string(bytes_before_) + " bytes"};
    return nullptr;
  }
  return builder_.Finish() ? std::move(graph_) : nullptr;
}

// Reads as much as belongs to the present state. nullptr: a problem.
const char* SnapshotReader::Step(const char* at, const char* end) {
  switch (state_) {
    case State::kHead:
      return Head(at, end);
    case State::kNumbers:
      return Numbers(at, end);
    case State::kTree:
      return Tree(at, end);
    case State::kInText:
      return InText(at, end);
    case State::kInKey:
      return Key(at, end);
    case State::kSkip:
      return Skip(at, end);
    default:
      break;
  }
  if (IsSpace(*at)) return at + 1;
  switch (state_) {
    case State::kStart:
      if (*at != '{') return Fail("it is no heap snapshot: it does not begin with {");
      state_ = State::kKey;
      return at + 1;
    case State::kKey:
      if (*at != '"') return Fail("it is no heap snapshot, or damaged: a key was expected");
      key_.clear();
      state_ = State::kInKey;
      return at + 1;
    case State::kColon:
      if (*at != ':') return Fail("it is damaged: no colon after a key");
      state_ = State::kValue;
      return at + 1;
    case State::kValue:
      return Value(at);
    case State::kTexts:
      return Texts(at);
    case State::kAfterValue:
      if (*at != ',' && *at != '}') return Fail("it is damaged: no comma after a value");
      state_ = *at == ',' ? State::kKey : State::kEnd;
      return at + 1;
    default:
      return Fail("it is damaged: something follows its end");
  }
}

const char* SnapshotReader::Key(const char* at, const char* end) {
  for (; at != end; ++at) {
    if (*at == '"') {
      state_ = State::kColon;
      return at + 1;
    }
    if (key_.size() == kMaxKey || *at == '\\') return Fail("it is no heap snapshot, or damaged: a key has no end");
    key_.push_back(*at);
  }
  return at;
}

const char* SnapshotReader::Value(const char* at) {
  static constexpr struct {
    const char* key;
    Section section;
  } kLists[] = {{"nodes", Section::kNodes},
                {"edges", Section::kEdges},
                {"trace_function_infos", Section::kTraceFunctions},
                {"samples", Section::kSamples},
                {"locations", Section::kLocations}};
  depth_ = 0;
  in_string_ = escaped_ = false;
  if (key_ == "snapshot") {
    if (*at != '{') return Fail("it is no heap snapshot: \"snapshot\" is no object");
    head_.clear();
    state_ = State::kHead;
    return at;
  }
  for (const auto& list : kLists) {
    if (key_ != list.key) continue;
    if (*at != '[') return Fail("it is no heap snapshot: \"" + key_ + "\" is no list");
    if (!builder_.BeginSection(list.section)) return nullptr;
    section_ = list.section;
    value_ = 0;
    in_number_ = number_wanted_ = number_ended_ = negative_ = false;
    state_ = State::kNumbers;
    return at + 1;
  }
  if (key_ == "strings" || key_ == "trace_tree") {
    if (*at != '[') return Fail("it is no heap snapshot: \"" + key_ + "\" is no list");
    value_ = 0;
    in_number_ = text_wanted_ = false;
    state_ = key_ == "strings" ? State::kTexts : State::kTree;
    if (state_ == State::kTree) return at;
    return builder_.BeginTexts() ? at + 1 : nullptr;
  }
  state_ = State::kSkip;
  return at;
}

// Follows brackets and strings of a value that is taken as it is. False: it went on past a closing bracket.
bool SnapshotReader::Depth(char c) {
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
    return true;
  }
  if (c == '"') in_string_ = true;
  if (c == '{' || c == '[') ++depth_;
  if (c == '}' || c == ']') --depth_;
  return depth_ >= 0;
}

const char* SnapshotReader::Head(const char* at, const char* end) {
  for (; at != end; ++at) {
    if (head_.size() == kMaxHead) return Fail("it is no heap snapshot: its description has no end");
    head_.push_back(*at);
    Depth(*at);
    if (depth_ != 0) continue;
    SnapshotMeta meta;
    std::string why;
    if (!ParseMeta(head_, &meta, &why)) return Fail("it is no heap snapshot, or damaged: " + why);
    if (!builder_.Begin(meta)) return nullptr;
    state_ = State::kAfterValue;
    return at + 1;
  }
  return at;
}

// A value of a key that nothing is known of: newer versions of V8 may add some.
const char* SnapshotReader::Skip(const char* at, const char* end) {
  for (; at != end; ++at) {
    const bool outside = depth_ == 0 && !in_string_;
    if (outside && (*at == ',' || *at == '}')) {
      state_ = State::kAfterValue;
      return at;
    }
    if (!Depth(*at)) return Fail("it is damaged: brackets do not match");
  }
  return at;
}

const char* SnapshotReader::Numbers(const char* at, const char* end) {
  std::uint64_t value = value_;
  bool in_number = in_number_;
  while (at != end) {
    char c = *at;
    if (IsDigit(c)) {
      if (number_ended_) return Fail("a comma is missing between two numbers");
      in_number = true;
      do {
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > kMaxNumber) return Fail("a number is too large");
        if (++at == end) break;
        c = *at;
      } while (IsDigit(c));
      if (at == end) break;
    }
    if (c == ',') {
      if (!in_number) return Fail("a number is missing");
      if (!builder_.Number(section_, negative_ ? kNegative : value)) return nullptr;
      value = 0;
      in_number = number_ended_ = negative_ = false;
      number_wanted_ = true;
    } else if (c == ']') {
      if (!in_number && number_wanted_) return Fail("a number is missing");
      if (in_number && !builder_.Number(section_, negative_ ? kNegative : value)) return nullptr;
      if (!builder_.EndSection(section_)) return nullptr;
      state_ = State::kAfterValue;
      return at + 1;
    } else if (IsSpace(c)) {
      number_ended_ = in_number;
    } else if (c == '-' && !in_number && !negative_ && section_ != Section::kNodes && section_ != Section::kEdges) {
      negative_ = true;  // a place that V8 does not know
    } else {
      return Fail("something that is no whole number");
    }
    ++at;
  }
  value_ = value;
  in_number_ = in_number;
  return at;
}

const char* SnapshotReader::Tree(const char* at, const char* end) {
  for (; at != end; ++at) {
    const char c = *at;
    if (IsDigit(c)) {
      in_number_ = true;
      value_ = value_ * 10 + static_cast<std::uint64_t>(c - '0');
      if (value_ > kMaxNumber) return Fail("a number is too large");
      continue;
    }
    if (in_number_) {
      if (!builder_.TraceNumber(value_)) return nullptr;
      in_number_ = false;
      value_ = 0;
    }
    if (c == '[') {
      if (!builder_.TraceOpen()) return nullptr;
      ++depth_;
    } else if (c == ']') {
      if (!builder_.TraceClose()) return nullptr;
      if (--depth_ > 0) continue;
      state_ = State::kAfterValue;
      return at + 1;
    } else if (c != ',' && !IsSpace(c)) {
      return Fail("something that is no whole number");
    }
  }
  return at;
}

const char* SnapshotReader::Texts(const char* at) {
  if (*at == '"') {
    text_wanted_ = false;
    state_ = State::kInText;
    return at + 1;
  }
  if (*at == ',' && !text_wanted_) {
    text_wanted_ = true;
    return at + 1;
  }
  if (*at == ']' && !text_wanted_) {
    state_ = State::kAfterValue;
    return at + 1;
  }
  return Fail("something that is no string");
}

const char* SnapshotReader::InText(const char* at, const char* end) {
  char decoded[8];
  while (at != end) {
    if (decoder_.in_escape()) {
      const int written = decoder_.Feed(*at, decoded);
      if (written < 0) return Fail("an escape that is none of JSON's");
      if (!builder_.AddText(decoded, static_cast<std::size_t>(written))) return nullptr;
      ++at;
      continue;
    }
    if (*at == '\\') {
      decoder_.BeginEscape();
      ++at;
      continue;
    }
    if (!builder_.AddText(decoded, static_cast<std::size_t>(decoder_.Flush(decoded)))) return nullptr;
    if (*at == '"') {
      state_ = State::kTexts;
      return builder_.EndText() ? at + 1 : nullptr;
    }
    const char* const from = at;
    while (at != end && *at != '"' && *at != '\\') ++at;
    if (!builder_.AddText(from, static_cast<std::size_t>(at - from))) return nullptr;
  }
  return at;
}

}  // namespace memspec::graph
