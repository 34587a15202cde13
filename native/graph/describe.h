// What a node is, in words a person knows. Any thread.
#pragma once
#include <cstdint>
#include <string>

#include "graph/graph.h"
#include "graph/known_texts.h"
#include "graph/scopes.h"

namespace memspec::graph {

enum class Kind : std::uint8_t {
  kObject, kArray, kClosure, kContext, kString, kSymbol, kNumber, kBigInt, kRegExp, kCode, kBuffer, kNative, kShape,
  kSystem, kRoots
};
const char* NameOf(Kind kind);

struct Description {
  Kind kind = Kind::kObject;
  std::string type;
  // A string's or symbol's value, shortened; a regular expression's pattern; a plain object's properties.
  std::string detail;
  Place place;
};

// Nodes of one type have one key.
using TypeKey = std::uint64_t;

class Describer {
 public:
  Describer(const Graph& graph, const KnownTexts& known, const Scopes& scopes)
      : graph_(graph), known_(known), scopes_(scopes) {}

  Kind KindOf(Node node) const;
  TypeKey KeyOf(Node node) const;
  Description Describe(Node node) const;
  // Of nodes with one key: plain objects have properties of the same names, too.
  bool AreAlike(Node a, Node b) const;
  // Part of another object's own representation: the store of an array's elements, of properties, a Map's table.
  bool IsStore(Node node) const;
  // Nothing by itself: a store, a cell, what V8 puts between a promise and who waits for it or settles it, what Node puts around
  // a listener.
  bool IsCarrier(Node node) const;
  // First part of a text, with an ellipsis, cut between characters.
  static std::string Shorten(std::string_view text, std::size_t bytes);

 private:
  std::string TypeOf(Node node, Kind kind) const;
  std::string ClosureType(Node node) const;
  std::string PropertiesOf(Node node) const;
  bool IsOfResolvers(Node context) const;
  bool IsListenerRecord(Node node) const;
  bool HoldsListener(Node node) const;
  Text ClassOf(Node node) const;

  const Graph& graph_;
  const KnownTexts& known_;
  const Scopes& scopes_;
};

}  // namespace memspec::graph
