// JSON's escapes as UTF-8, byte by byte. One thread.
#pragma once
#include <cstddef>
#include <cstdint>

namespace memspec::graph {

class TextDecoder {
 public:
  bool pending() const { return state_ != State::kNone || high_ != 0; }
  bool in_escape() const { return state_ != State::kNone; }

  // After a backslash.
  void BeginEscape() { state_ = State::kEscape; }
  // One byte of an escape. Writes up to 8 bytes to `out` and says how many; -1: no escape of JSON's.
  int Feed(char c, char* out);
  // What is not an escape follows, or the text ends: half a pair that stands alone becomes U+FFFD. Up to 3 bytes.
  int Flush(char* out);

 private:
  enum class State : std::uint8_t { kNone, kEscape, kHex };

  State state_ = State::kNone;
  int digits_ = 0;
  std::uint32_t unit_ = 0;
  std::uint32_t high_ = 0;  // first half of a surrogate pair, waiting for the second
};

}  // namespace memspec::graph
