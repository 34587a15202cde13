// Pieces of code as stable ids: what a captured frame names after its code has moved or died.
// Records live in one process-wide store. Written by whoever owns the code map they belong to, under that map's lock;
// a captured record is never given back, because stacks name it for ever.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <v8.h>

#include "stacks/code_name.h"
#include "stacks/code_place.h"
#include "stacks/engine_code.h"
#include "stacks/line_table.h"

namespace memspec::stacks {

class CodeMap;

// A function that was inlined into a piece of machine code, and where it was called.
struct InlinedCall {
  int script_id = -1;
  std::string function;
  std::shared_ptr<const std::string> url;
  int line = 0, column = 0;         // where the function starts
  std::uint32_t call_position = 0;  // in `parent`'s script
  std::int32_t parent = -1;         // index of an inlined call; -1: the function that owns the code
};

// What is known of optimised code beside its positions.
struct OptimizedCode {
  LineTable inlining;  // code offset -> 1 + index in `inlined`; 0: the function itself
  std::vector<InlinedCall> inlined;
  LineTable calls;  // return address -> 1 + bytecode offset of the call in the innermost function there
  LineTable exits;  // where a call returns to once the code is abandoned -> the return address that it had (itself: not known)
};

struct CodeRecord {
  CodeMap* owner = nullptr;  // nullptr once its isolate stopped listening
  std::uintptr_t start = 0;  // where it lies now, while it lies anywhere
  std::string function;
  std::shared_ptr<const std::string> url;  // shared by all functions of a script; nullptr: none
  // Code offset -> position in the script's source; for baseline code -> offset in its bytecode.
  LineTable lines;
  // Bytecode: a copy, once machine code was made from it. Baseline code: its raw map to bytecode, until it is decoded.
  std::vector<std::uint8_t> bytes;
  std::unique_ptr<OptimizedCode> optimized;  // nullptr: not optimised, or its positions cannot be believed
  v8::Global<v8::UnboundScript> script;      // weak: scripts may die
  int script_id = -1;
  int line = 0, column = 0;  // of the function's start, 1-based; 0: a script's top level
  std::uint32_t length = 0;
  CodeKind kind = CodeKind::kOther;
  bool allocates = false;  // a builtin that compiled code calls when there is no room for an object
  bool handler = false;    // the interpreter's, for one bytecode
  std::int16_t handles = -1;  // its number, where it is known
  std::atomic<bool> captured{false};

  // To be another function's.
  void Clear();
};
static_assert(sizeof(CodeRecord) <= 168);

// New record, or kNone when the store is full (counted in RecordsDropped).
CodeId NewRecord();
CodeRecord& RecordOf(CodeId id);
// Forgets a record that no stack can name. Captured ones stay.
void ReleaseRecord(CodeId id);
std::uint64_t RecordsDropped();
std::uint64_t RecordsAlive();

}  // namespace memspec::stacks
