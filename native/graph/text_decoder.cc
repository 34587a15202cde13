#include "graph/text_decoder.h"

namespace memspec::graph {

namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

int Encode(std::uint32_t code, char* out) {
  const auto byte = [&](int at, std::uint32_t value) { out[at] = static_cast<char>(value); };
  if (code < 0x80) {
    byte(0, code);
    return 1;
  }
  if (code < 0x800) {
    byte(0, 0xc0 | code >> 6);
    byte(1, 0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    byte(0, 0xe0 | code >> 12);
    byte(1, 0x80 | (code >> 6 & 0x3f));
    byte(2, 0x80 | (code & 0x3f));
    return 3;
  }
  byte(0, 0xf0 | code >> 18);
  byte(1, 0x80 | (code >> 12 & 0x3f));
  byte(2, 0x80 | (code >> 6 & 0x3f));
  byte(3, 0x80 | (code & 0x3f));
  return 4;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int Plain(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return -1;
  }
}

}  // namespace

int TextDecoder::Flush(char* out) {
  if (high_ == 0) return 0;
  high_ = 0;
  return Encode(kReplacement, out);
}

int TextDecoder::Feed(char c, char* out) {
  if (state_ == State::kEscape) {
    if (c == 'u') {
      state_ = State::kHex;
      digits_ = 0;
      unit_ = 0;
      return 0;
    }
    state_ = State::kNone;
    const int plain = Plain(c);
    if (plain < 0) return -1;
    const int written = Flush(out);
    out[written] = static_cast<char>(plain);
    return written + 1;
  }
  const int digit = HexDigit(c);
  if (digit < 0) return -1;
  unit_ = unit_ << 4 | static_cast<std::uint32_t>(digit);
  if (++digits_ < 4) return 0;
  state_ = State::kNone;
  if (high_ != 0 && unit_ >= 0xdc00 && unit_ < 0xe000) {
    const std::uint32_t code = 0x10000 + ((high_ - 0xd800) << 10) + (unit_ - 0xdc00);
    high_ = 0;
    return Encode(code, out);
  }
  const int written = Flush(out);
  if (unit_ >= 0xd800 && unit_ < 0xdc00) {
    high_ = unit_;
    return written;
  }
  return written + Encode(unit_ >= 0xdc00 && unit_ < 0xe000 ? kReplacement : unit_, out + written);
}

}  // namespace memspec::graph
