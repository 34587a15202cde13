// Reads V8's heap snapshots (`.heapsnapshot`, JSON) as they come, piece by piece: neither the file nor its text is ever whole in
// memory, so its size does not matter. Any thread, one at a time. Whatever the bytes are, it ends with a graph or with a
// problem that says what is wrong and at which byte.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "graph/graph.h"
#include "graph/graph_builder.h"
#include "graph/text_decoder.h"

namespace memspec::graph {

class SnapshotReader {
 public:
  SnapshotReader();
  ~SnapshotReader();
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  // False once there is a problem; further bytes are not looked at.
  bool Feed(const char* bytes, std::size_t count);
  // The end of the bytes. nullptr: problem() says why.
  std::unique_ptr<Graph> Finish();
  const ReadProblem& problem() const { return problem_; }

 private:
  //   kStart ─{─► kKey ─"─► kInKey ─"─► kColon ─:─► kValue ─► kHead | kNumbers | kTree | kTexts | kSkip ─► kAfterValue ─,─► kKey
  //                                                                                                └────}─► kEnd
  enum class State : std::uint8_t {
    kStart, kKey, kInKey, kColon, kValue, kHead, kNumbers, kTree, kTexts, kInText, kSkip, kAfterValue, kEnd
  };

  const char* Step(const char* at, const char* end);
  const char* Key(const char* at, const char* end);
  const char* Value(const char* at);
  const char* Head(const char* at, const char* end);
  const char* Numbers(const char* at, const char* end);
  const char* Tree(const char* at, const char* end);
  const char* Texts(const char* at);
  const char* InText(const char* at, const char* end);
  const char* Skip(const char* at, const char* end);
  bool Depth(char c);
  const char* Fail(std::string what);

  std::unique_ptr<Graph> graph_;
  ReadProblem problem_;
  GraphBuilder builder_;
  TextDecoder decoder_;
  State state_ = State::kStart;
  Section section_ = Section::kNodes;
  std::string key_;
  std::string head_;
  std::uint64_t value_ = 0;
  bool in_number_ = false;
  bool number_ended_ = false;   // by a space
  bool negative_ = false;
  bool number_wanted_ = false;  // after a comma
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool text_wanted_ = false;
  std::uint64_t bytes_before_ = 0;
};

}  // namespace memspec::graph
