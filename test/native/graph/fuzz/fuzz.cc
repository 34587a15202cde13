// Snapshots that somebody damaged: whatever the bytes are, reading ends with a graph or with a problem, and what was read can be
// taken apart. A crash, a hang or too much memory ends this program with another code than 0; the seed that was tried last is printed.
//   fuzz <seconds> <first seed> [snapshot ...]
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "graph/analysis.h"
#include "graph/diff.h"
#include "graph/groups.h"
#include "graph/heap.h"
#include "graph/snapshot_reader.h"
#include "written.h"

namespace {

using memspec::graph::Graph;
using memspec::graph::Heap;
using test::NodeType;

// Seconds for one damaged snapshot; a hang is longer.
constexpr unsigned kLongest = 60;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  std::uint64_t Below(std::uint64_t limit) {  // xorshift64*
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return (state_ * 0x2545f4914f6cdd1du >> 11) % limit;
  }

 private:
  std::uint64_t state_;
};

std::string Small(Dice& dice) {
  test::Written heap;
  heap.traces = dice.Below(2) == 0;
  heap.detachedness = dice.Below(2) == 0;
  heap.reversed_fields = dice.Below(2) == 0;
  heap.unknown_sections = dice.Below(2) == 0;
  const auto nodes = static_cast<std::uint32_t>(2 + dice.Below(30));
  heap.Add(NodeType::kSynthetic, "", 0);
  for (std::uint32_t i = 1; i < nodes; ++i) {
    heap.Add(static_cast<NodeType>(dice.Below(14)), dice.Below(3) == 0 ? "Map" : "name", dice.Below(1000));
  }
  for (std::uint32_t i = 0; i < nodes * 2; ++i) {
    const auto from = static_cast<std::uint32_t>(dice.Below(nodes)), to = static_cast<std::uint32_t>(dice.Below(nodes));
    heap.Link(from, to, static_cast<test::EdgeType>(dice.Below(7)), "edge");
  }
  return heap.Text();
}

const char* const kPieces[] = {"-1", "4294967295", "18446744073709551615", "99999999999999999999999", "\"", "[", "]", "{", "}",
                               ",",  "\\u",        "\\ud800",              "null",                    "1e9", "\"nodes\":[", "\"snapshot\":{"};

void Damage(std::string& text, Dice& dice) {
  // Half of the time numbers alone, so that more of what is read is wrong, and less of it is refused.
  const bool gentle = dice.Below(2) == 0;
  const std::uint64_t times = 1 + dice.Below(6);
  for (std::uint64_t i = 0; i < times && !text.empty(); ++i) {
    const std::size_t at = dice.Below(text.size());
    const std::size_t length = 1 + dice.Below(std::min<std::size_t>(text.size() - at, dice.Below(2) == 0 ? 8 : 4096));
    if (gentle) {
      const std::size_t digit = text.find_first_of("0123456789", at);
      if (digit != std::string::npos) text[digit] = static_cast<char>('0' + dice.Below(10));
      continue;
    }
    switch (dice.Below(7)) {
      case 0: text[at] = static_cast<char>(dice.Below(256)); break;
      case 1: text.erase(at, length); break;
      case 2: text.insert(at, text, dice.Below(text.size()), length); break;
      case 3: text.resize(at); break;
      case 4: text.replace(at, std::min<std::size_t>(length, 3), kPieces[dice.Below(std::size(kPieces))]); break;
      case 5: text[at] = static_cast<char>('0' + dice.Below(10)); break;
      default: text.insert(at, kPieces[dice.Below(std::size(kPieces))]);
    }
  }
}

std::unique_ptr<Graph> Read(const std::string& text, Dice& dice) {
  memspec::graph::SnapshotReader reader;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t piece = std::min<std::size_t>(text.size() - at, 1 + dice.Below(1 << 16));
    if (!reader.Feed(text.data() + at, piece)) break;
    at += piece;
  }
  std::unique_ptr<Graph> graph = reader.Finish();
  if (graph == nullptr && reader.problem().what.empty()) {
    std::puts("neither a graph nor a problem");
    std::abort();
  }
  return graph;
}

void TakeApart(const Heap& heap) {
  memspec::graph::Analysis analysis;
  memspec::graph::Analyse(heap, {}, 50, &analysis);
  memspec::graph::GroupQuery query;
  query.boundaries = {1, heap.graph().last_object_id() / 2 + 1};
  memspec::graph::Groups groups;
  memspec::graph::FindGroups(heap, query, &groups);
  memspec::graph::Diff diff;
  memspec::graph::Compare(heap, heap, {}, 50, &diff);
}

void OnAlarm(int) {
  constexpr char kWords[] = "it hangs\n";
  static_cast<void>(!write(STDOUT_FILENO, kWords, sizeof kWords - 1));
  std::_Exit(3);
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  std::vector<std::string> given;
  std::size_t biggest = 1 << 20;
  for (int i = 3; i < count; ++i) {
    std::ifstream file(words[i], std::ios::binary);
    given.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    biggest = std::max(biggest, given.back().size());
  }
  std::signal(SIGALRM, OnAlarm);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(words[1]));
  std::uint64_t seed = std::strtoull(words[2], nullptr, 10), read = 0, refused = 0;
  for (; std::chrono::steady_clock::now() < end; ++seed) {
    std::printf("\rseed %llu ", static_cast<unsigned long long>(seed));
    alarm(kLongest);
    Dice dice(seed);
    std::string text = given.empty() || dice.Below(20) != 0 ? Small(dice) : given[dice.Below(given.size())];
    Damage(text, dice);
    std::unique_ptr<Graph> graph = Read(text, dice);
    if (graph == nullptr) {
      ++refused;
      continue;
    }
    ++read;
    const std::unique_ptr<Heap> heap = Heap::Of(std::move(graph));
    if (heap != nullptr) TakeApart(*heap);
  }
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const std::uint64_t peak = static_cast<std::uint64_t>(used.ru_maxrss) << 10;
  // Of a graph: 17 bytes a node, 8 an edge, as much for its analysis; of a text at most two bytes a number. A sanitizer's own comes on top.
  const std::uint64_t allowed = (std::uint64_t{1} << 29) + 60 * biggest;
  std::printf("\n%llu read, %llu refused, %llu MB at most\n", static_cast<unsigned long long>(read),
              static_cast<unsigned long long>(refused), static_cast<unsigned long long>(peak >> 20));
  return peak > allowed ? 4 : 0;
}
