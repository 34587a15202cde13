#include "graph/describe.h"

#include <string_view>

#include "graph/mix.h"

namespace memspec::graph {

namespace {

constexpr std::size_t kMaxText = 60;
constexpr std::size_t kMaxShownProperties = 6;
constexpr Edge kMaxOwnEdges = 16;  // of what V8 and Node make for themselves

constexpr const char* kKindNames[] = {"object", "array",  "closure", "context", "string", "symbol", "number", "bigint",
                                      "regexp", "code",   "buffer",  "native",  "shape",  "system", "root"};

struct Word {
  std::string_view name;
  const char* words;
};
constexpr Word kSystemWords[] = {
    {"(object elements)", "Array elements"},
    {"(object properties)", "properties table"},
    {"(bound arguments)", "bound arguments"},
    {"system / PropertyArray", "properties table"},
    {"system / PropertyCell", "global variable"},
    {"system / Cell", "module variable"},
    {"system / ContextCell", "variable"},
    {"system / AccessorPair", "getter and setter"},
    {"system / WeakCell", "registration of a FinalizationRegistry"},
    {"system / PromiseReaction", "promise reaction"},
    {"system / NativeContext", "realm"},
    {"system / SourceTextModule", "module"},
    {"system / JSProxy", "Proxy"},
    {"", "internal table"},
};

// The function that Node's `once` puts around a listener (Node 26), and in its scope the variable.
constexpr std::string_view kOnceWrapper = "wrapper";

Node OnceWrapperIn(const Graph& graph, Node scope) {
  if (graph.end_edge(scope) - graph.first_edge(scope) > kMaxOwnEdges) return kNoIndex;
  for (Edge edge = graph.first_edge(scope); edge < graph.end_edge(scope); ++edge) {
    if (graph.edge_type(edge) != EdgeType::kContext || graph.edge_text(edge) != kOnceWrapper) continue;
    const Node wrapper = graph.target(edge);
    return graph.type(wrapper) == NodeType::kClosure && graph.node_name(wrapper) == kOnceWrapper ? wrapper : kNoIndex;
  }
  return kNoIndex;
}

// Code that `eval`, `new Function` or a vm made under no name, or under a name that is no file's: each time a script of its own.
bool IsMadeAtRunTime(std::string_view url) { return url.empty() || url.starts_with("evalmachine."); }

}  // namespace

const char* NameOf(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::string Describer::Shorten(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  std::size_t cut = bytes;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return std::string(text.substr(0, cut)) + "…";
}

bool Describer::IsStore(Node node) const {
  switch (graph_.type(node)) {
    case NodeType::kArray:
      return true;
    case NodeType::kHidden:
      return graph_.name(node) == known_.property_array;
    default:
      return false;
  }
}

bool Describer::IsCarrier(Node node) const {
  const Text name = graph_.name(node);
  switch (graph_.type(node)) {
    case NodeType::kHidden:
      return IsStore(node) || name == known_.promise_reaction || name == known_.cell || name == known_.context_cell ||
             name == known_.property_cell || name == known_.accessor_pair;
    case NodeType::kObject: {
      if (!scopes_.IsContext(node)) return IsListenerRecord(node);
      if (OnceWrapperIn(graph_, node) != kNoIndex && HoldsListener(OnceWrapperIn(graph_, node))) return true;
      const Node waiting = scopes_.Follow(node, known_.extension);
      return waiting != kNoIndex ? scopes_.IsSuspended(waiting) : IsOfResolvers(node);
    }
    case NodeType::kClosure: {
      if (graph_.node_name(node) == kOnceWrapper && HoldsListener(node)) {
        const Node scope = scopes_.Follow(node, known_.context);
        return scope != kNoIndex && OnceWrapperIn(graph_, scope) == node;
      }
      // What resumes an async function, and what settles a promise, is V8's own: it has no place.
      if (graph_.location(node) != nullptr) return false;
      const Node bound = scopes_.Follow(node, known_.bound_function);
      if (bound != kNoIndex) return graph_.name(bound) == known_.once_wrapper && HoldsListener(node);
      const Node context = scopes_.Follow(node, known_.context);
      return context != kNoIndex && scopes_.IsContext(context) && IsCarrier(context);
    }
    default:
      return IsStore(node);
  }
}

// The scope of the two functions that a promise's executor is called with.
bool Describer::IsOfResolvers(Node context) const {
  const auto of_promise = [this](Edge edge) {
    const Node target = graph_.target(edge);
    return graph_.type(target) == NodeType::kObject && graph_.name(target) == known_.promise;
  };
  if (known_.promise == kNoIndex || graph_.end_edge(context) - graph_.first_edge(context) > kMaxOwnEdges) return false;
  for (Edge edge = graph_.first_edge(context); edge < graph_.end_edge(context); ++edge) {
    if (graph_.edge_type(edge) != EdgeType::kHidden && graph_.edge_type(edge) != EdgeType::kContext) continue;
    if (of_promise(edge)) return scopes_.ScriptOf(context).empty();
  }
  return false;
}

// What Node makes of a listener: the element of an EventTarget's list, and what `once` puts around a function.
bool Describer::IsListenerRecord(Node node) const {
  const Text name = graph_.name(node);
  if (name == known_.listener_object && name != kNoIndex) {
    return scopes_.Follow(node, known_.callback) != kNoIndex && HoldsListener(node);
  }
  if (name != known_.object || known_.wrap_function == kNoIndex) return false;
  if (graph_.end_edge(node) - graph_.first_edge(node) > kMaxOwnEdges) return false;
  return scopes_.Follow(node, known_.wrap_function) != kNoIndex && HoldsListener(node);
}

bool Describer::HoldsListener(Node node) const {
  const Node listener = scopes_.Follow(node, known_.listener);
  return listener != kNoIndex && graph_.type(listener) == NodeType::kClosure;
}

// V8 names an object after the constructor that made it: Node makes its signals of EventTargets, with a prototype that is put in.
Text Describer::ClassOf(Node node) const {
  const Text name = graph_.name(node);
  if (name != known_.event_target || name == kNoIndex) return name;
  const Node proto = scopes_.Follow(node, known_.proto);
  const Node constructor = proto == kNoIndex ? kNoIndex : scopes_.Follow(proto, known_.constructor);
  const bool named = constructor != kNoIndex && graph_.type(constructor) == NodeType::kClosure &&
                     !graph_.node_name(constructor).empty();
  return named ? graph_.name(constructor) : name;
}

Kind Describer::KindOf(Node node) const {
  switch (graph_.type(node)) {
    case NodeType::kObject:
      if (scopes_.IsContext(node)) return Kind::kContext;
      return graph_.name(node) == known_.array ? Kind::kArray : Kind::kObject;
    case NodeType::kWasmObject:
      return Kind::kObject;
    case NodeType::kString:
    case NodeType::kConsString:
    case NodeType::kSlicedString:
      return Kind::kString;
    case NodeType::kClosure:
      return Kind::kClosure;
    case NodeType::kRegExp:
      return Kind::kRegExp;
    case NodeType::kNumber:
      return Kind::kNumber;
    case NodeType::kBigInt:
      return Kind::kBigInt;
    case NodeType::kSymbol:
      return Kind::kSymbol;
    case NodeType::kCode:
      return Kind::kCode;
    case NodeType::kNative:
      return graph_.name(node) == known_.buffer_data ? Kind::kBuffer : Kind::kNative;
    case NodeType::kObjectShape:
      return Kind::kShape;
    case NodeType::kSynthetic:
      return Kind::kRoots;
    default:
      return Kind::kSystem;
  }
}

TypeKey Describer::KeyOf(Node node) const {
  const Kind kind = KindOf(node);
  const std::uint64_t base = static_cast<std::uint64_t>(kind) << 56;
  switch (kind) {
    case Kind::kString:
    case Kind::kSymbol:
    case Kind::kNumber:
    case Kind::kBigInt:
    case Kind::kRegExp:
    case Kind::kCode:
    case Kind::kShape:
    case Kind::kBuffer:
      return base;
    case Kind::kClosure: {
      const Place place = scopes_.PlaceOf(node);
      // V8's functions and bound ones have no place; those made at run time no name that says anything.
      if (!place.known()) return base | graph_.name(node);
      const bool made = IsMadeAtRunTime(place.url);
      const std::uint64_t where = static_cast<std::uint64_t>(place.line) << 32 | place.column;
      const std::uint64_t script = made ? 0 : static_cast<std::uint64_t>(place.script_id) + 1;
      return base | Mix(Mix(script, where), made ? 0 : graph_.name(node)) >> 8;
    }
    case Kind::kContext: {
      const Node scope = scopes_.Follow(node, known_.scope_info);
      return base | (scope == kNoIndex ? 0 : scope);
    }
    case Kind::kObject:
      if (scopes_.IsSuspended(node)) {
        const Node function = scopes_.Follow(node, known_.function);
        if (function != kNoIndex) return base | std::uint64_t{1} << 48 | graph_.name(function);
      }
      return base | ClassOf(node);
    default:
      return base | graph_.name(node);
  }
}

std::string Describer::ClosureType(Node node) const {
  const Node bound = scopes_.Follow(node, known_.bound_function);
  if (bound != kNoIndex) {
    const std::string_view name = graph_.node_name(bound);
    return "bound function " + (name.empty() ? std::string("(anonymous)") : std::string(name));
  }
  const std::string_view name = graph_.node_name(node);
  const Place place = scopes_.PlaceOf(node);
  if (place.known() && IsMadeAtRunTime(place.url)) return "closure made at run time";
  return "closure " + (name.empty() ? std::string("(anonymous)") : Shorten(name, kMaxText));
}

std::string Describer::TypeOf(Node node, Kind kind) const {
  const std::string_view name = graph_.node_name(node);
  switch (kind) {
    case Kind::kClosure:
      return ClosureType(node);
    case Kind::kContext: {
      if (scopes_.IsModuleScope(node)) return "module scope";
      const std::string_view function = scopes_.FunctionOf(node);
      return function.empty() ? "context of an anonymous scope" : "context of " + Shorten(function, kMaxText);
    }
    case Kind::kString:
      return "string";
    case Kind::kSymbol:
      return "symbol";
    case Kind::kNumber:
      return "number";
    case Kind::kBigInt:
      return "bigint";
    case Kind::kRegExp:
      return "RegExp";
    case Kind::kCode:
      return "compiled code";
    case Kind::kShape:
      return "object shapes";
    case Kind::kBuffer:
      return "memory of an ArrayBuffer";
    case Kind::kNative:
      return name.starts_with("Node / ") ? "Node's " + Shorten(name.substr(7), kMaxText) : Shorten(name, kMaxText);
    case Kind::kObject: {
      if (!scopes_.IsSuspended(node)) {
        return name.empty() ? "object without a name" : Shorten(graph_.text(ClassOf(node)), kMaxText);
      }
      const Node function = scopes_.Follow(node, known_.function);
      if (function == kNoIndex) return Shorten(name, kMaxText);
      const Node proto = scopes_.Follow(function, known_.proto);
      const bool async = proto != kNoIndex && graph_.name(proto) == known_.async_function;
      const std::string_view called = graph_.node_name(function);
      return (async ? "async call of " : "generator ") + (called.empty() ? std::string("(anonymous)") : std::string(called));
    }
    case Kind::kSystem: {
      for (const Word& word : kSystemWords) {
        if (word.name == name) return word.words;
      }
      constexpr std::string_view kSystem = "system / ";
      return name.starts_with(kSystem) ? "V8's " + std::string(name.substr(kSystem.size())) : Shorten(name, kMaxText);
    }
    default:
      return Shorten(name, kMaxText);
  }
}

std::string Describer::PropertiesOf(Node node) const {
  std::string list;
  std::size_t count = 0;
  for (Edge edge = graph_.first_edge(node); edge < graph_.end_edge(node); ++edge) {
    if (graph_.edge_type(edge) != EdgeType::kProperty || graph_.edge_name(edge) == known_.proto) continue;
    if (++count > kMaxShownProperties) return "{" + list + ", …}";
    if (count > 1) list += ", ";
    list += Shorten(graph_.edge_text(edge), kMaxText / 2);
  }
  return "{" + list + "}";
}

bool Describer::AreAlike(Node a, Node b) const {
  if (graph_.name(a) != known_.object || graph_.type(a) != NodeType::kObject) return true;
  const Node map = scopes_.Follow(a, known_.map);
  if (map != kNoIndex && map == scopes_.Follow(b, known_.map)) return true;
  return PropertiesOf(a) == PropertiesOf(b);
}

Description Describer::Describe(Node node) const {
  Description description;
  description.kind = KindOf(node);
  description.type = TypeOf(node, description.kind);
  switch (description.kind) {
    case Kind::kString:
      // Of those put together V8 does not tell the text.
      if (graph_.type(node) == NodeType::kString) description.detail = Shorten(graph_.node_name(node), kMaxText);
      break;
    case Kind::kSymbol:
    case Kind::kRegExp:
      description.detail = Shorten(graph_.node_name(node), kMaxText);
      break;
    case Kind::kObject:
      if (graph_.name(node) == known_.object) description.detail = PropertiesOf(node);
      description.place = scopes_.PlaceOf(node);
      break;
    case Kind::kClosure: {
      const Node bound = scopes_.Follow(node, known_.bound_function);
      description.place = scopes_.PlaceOf(bound == kNoIndex ? node : bound);
      break;
    }
    case Kind::kContext:
      description.place.url = scopes_.ScriptOf(node);
      break;
    default:
      break;
  }
  return description;
}

}  // namespace memspec::graph
