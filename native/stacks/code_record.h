// Pieces of code as stable ids: what a captured frame names after its code has moved or died.
// Records live in one process-wide store. Written by whoever owns the code map they belong to, under that map's lock;
// a captured record is never given back, because stacks name it for ever.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <v8.h>

#include "stacks/code_name.h"
#include "stacks/line_table.h"

namespace memspec::stacks {

class CodeMap;

enum class CodeId : std::uint32_t { kNone = 0 };

struct CodeRecord {
  CodeMap* owner = nullptr;  // nullptr once its isolate stopped listening
  int script_id = -1;
  CodeKind kind = CodeKind::kOther;
  std::string function;
  std::shared_ptr<const std::string> url;  // shared by all functions of a script; nullptr: none
  int line = 0, column = 0;  // of the function's start, 1-based; 0: a script's top level
  std::uint32_t length = 0;
  LineTable lines;
  v8::Global<v8::UnboundScript> script;  // weak: scripts may die
  std::atomic<bool> captured{false};
};

inline constexpr std::uint32_t kMaxCodeRecords = 1u << 20;

// New record, or kNone when the store is full (counted in RecordsDropped).
CodeId NewRecord();
CodeRecord& RecordOf(CodeId id);
// Forgets a record that no stack can name. Captured ones stay.
void ReleaseRecord(CodeId id);
std::uint64_t RecordsDropped();
std::uint64_t RecordsAlive();

}  // namespace memspec::stacks
