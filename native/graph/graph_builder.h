// Puts a snapshot's rows into a graph's columns and checks them: counts, indexes, types. One thread.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/snapshot_meta.h"

namespace memspec::graph {

// The lists of numbers in a snapshot, in whatever order they come.
enum class Section : std::uint8_t { kNodes, kEdges, kTraceFunctions, kSamples, kLocations };

// In place of any number below zero: V8 says so of places it does not know.
inline constexpr std::uint64_t kNegative = ~std::uint64_t{0};

enum class ReadError : std::uint8_t { kNone, kTruncated, kInvalid, kUnreadable, kNoMemory };

struct ReadProblem {
  ReadError error = ReadError::kNone;
  std::string what;
};

class GraphBuilder {
 public:
  GraphBuilder(Graph* graph, ReadProblem* problem) : graph_(*graph), problem_(*problem) {}

  // All return false once there is a problem.
  bool Begin(const SnapshotMeta& meta);
  bool has_meta() const { return meta_.node_fields != 0; }

  bool Number(Section section, std::uint64_t value) {
    row_[filled_++] = value;
    return filled_ < width_ || Row(section);
  }
  bool BeginSection(Section section);
  bool EndSection(Section section);

  // The tree of calls, as its text has it.
  bool TraceOpen();
  bool TraceNumber(std::uint64_t value);
  bool TraceClose();

  bool AddText(const char* bytes, std::size_t count) {
    return graph_.text_bytes_.Append(bytes, count) || Fail(ReadError::kNoMemory, "there is no memory for its strings");
  }
  bool EndText() {
    return graph_.text_start_.Push(graph_.text_bytes_.size()) ||
           Fail(ReadError::kNoMemory, "there is no memory for its strings");
  }
  bool BeginTexts();

  // Everything was there: what could only be checked now is checked.
  bool Finish();

 private:
  bool Row(Section section);
  bool NodeRow();
  bool EdgeRow();
  bool LocationRow();
  bool TraceFunctionRow();
  bool CheckTexts();
  bool Fail(ReadError error, std::string what);

  struct Call {
    std::uint32_t parent = 0;
    std::uint32_t id = 0;
    std::uint32_t function = 0;
    std::uint32_t filled = 0;
  };

  Graph& graph_;
  ReadProblem& problem_;
  SnapshotMeta meta_;
  std::array<std::uint64_t, kMaxFields + 1> row_{};
  std::uint32_t filled_ = 0;
  std::uint32_t width_ = 1;
  std::uint64_t edges_promised_ = 0;
  std::array<bool, 5> seen_{};
  bool has_texts_ = false;
  std::vector<Call> calls_;
};

}  // namespace memspec::graph
