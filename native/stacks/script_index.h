// The functions of an isolate's scripts: which bytecode belongs to a function that is known by its start or by V8's object.
// Isolate's own thread only. Grows with what is compiled; Prune() drops what died.
#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <v8.h>

#include "stacks/code_record.h"

namespace memspec::stacks {

// Handles are addresses of slots that hold tagged pointers.
static_assert(sizeof(v8::Local<v8::UnboundScript>) == sizeof(TaggedPointer*));
inline TaggedPointer ObjectOf(v8::Local<v8::UnboundScript> handle) {
  return *reinterpret_cast<const TaggedPointer*>(*handle);
}
// A handle for as long as nothing moves and the slot lives.
inline v8::Local<v8::UnboundScript> HandleOn(const TaggedPointer& slot) {
  const TaggedPointer* const address = &slot;
  v8::Local<v8::UnboundScript> handle;
  std::memcpy(static_cast<void*>(&handle), &address, sizeof handle);
  return handle;
}

struct ScriptInfo {
  std::string name;        // as V8 has it; "" when it is no string
  std::string source_url;  // of a `//# sourceURL=`
  std::shared_ptr<const std::string> url;  // the name, or else the source URL
  std::vector<CodeId> functions;  // bytecode; one of their handles may still be alive when others are not
  std::size_t indexed = 0;        // how many of them are in the indices
  std::size_t reindex_at = 0;     // size at which the index by object may be made anew
  std::size_t prune_at = 64;
};

class ScriptIndex {
 public:
  explicit ScriptIndex(const CodeMap& owner) : owner_(owner) {}

  const ScriptInfo& ScriptOf(v8::Isolate* isolate, int script_id, v8::Local<v8::UnboundScript> handle);
  std::shared_ptr<const std::string> UrlOf(int script_id) const;
  // The latest script of that name; -1: none is known.
  int LatestOf(const std::string& url) const;
  // A handle on the script, if any of its functions is alive.
  v8::Local<v8::UnboundScript> HandleOf(v8::Isolate* isolate, int script_id) const;

  void Add(int script_id, CodeId bytecode);
  // The bytecode of the function that starts here, whose line table is the function's own (nothing inlined).
  CodeId BytecodeOf(int script_id, int line, int column);
  CodeId BytecodeOfObject(int script_id, v8::Local<v8::UnboundScript> function);
  void Prune();

 private:
  void Index(int script_id, ScriptInfo& script);
  void Prune(int script_id, ScriptInfo& script);
  bool Owns(CodeId id, int script_id) const;

  const CodeMap& owner_;
  std::unordered_map<int, ScriptInfo> scripts_;
  // By script and start. A script's functions come in when the first of them is asked for: most scripts' never are.
  std::unordered_map<std::uint64_t, CodeId> functions_;
  // By V8's object, which may have moved since: a hit is checked against the record's handle.
  std::unordered_map<TaggedPointer, CodeId> objects_;
};

}  // namespace memspec::stacks
