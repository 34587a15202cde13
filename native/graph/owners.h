// To which new object each node belongs. One thread; 4 bytes a node.
#pragma once
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "graph/heap.h"
#include "graph/shapes.h"

namespace memspec::graph {

inline constexpr std::uint32_t kOld = 0xffffffff;

class Owners {
 public:
  Owners(const Heap& heap, const std::vector<ObjectId>& boundaries, const Paths& paths, Shapes& shapes)
      : heap_(heap), boundaries_(boundaries), paths_(paths), shapes_(shapes) {}
  bool Find();

  // The interval of a node's birth; kOld: before the first boundary, after the last, or unknown.
  std::uint32_t IntervalOf(Node node) const;
  std::size_t intervals() const { return boundaries_.size() < 2 ? 1 : boundaries_.size() - 1; }

  // The member of a group that the node belongs to, itself included; kNoIndex: none.
  Node member(Node node) const { return member_[node] == kOfEngine ? kNoIndex : member_[node]; }
  // V8's own, of something old: code and shapes, which it makes anew in place of others as the old thing is used, weak lists of
  // these, and what they hold. It is no more than one of each, however often it is made.
  bool IsOfEngine(Node node) const { return member_[node] == kOfEngine; }
  // Code, a shape, or a weak list of V8's, whatever has it.
  bool IsEngines(Node node) const;
  // A member that lives through a member of the same group: `head` is the one it lives through.
  bool IsNested(Node member) const { return nested_.contains(member); }

 private:
  enum class Part : std::uint8_t { kHead, kNestedMember, kHeld };
  static constexpr Node kOfEngine = kNoIndex - 1;
  void Pass();
  bool IsWeakList(Node node) const;
  bool IsMadeForOld(Node node) const;
  Part PartOf(Node node, Node through, std::uint32_t interval);
  bool ContinuesList(Node node, Node through);

  const Heap& heap_;
  const std::vector<ObjectId>& boundaries_;
  const Paths& paths_;
  Shapes& shapes_;
  Column<Node> member_;
  std::unordered_set<Node> nested_;
  // Types that went on being made for a member after the batch it was born in: all of them are heads.
  std::unordered_set<std::uint64_t> promoted_;
};

}  // namespace memspec::graph
