// A sink that counts, for tests of the hooks alone: exact totals by space and by function, live blocks, and a log of
// where events came from. Any thread; one lock around all of it. Not the tracker, and not fast.
#pragma once
#include <cstddef>
#include <cstdint>

#include "hooks/function_list.h"
#include "hooks/sink.h"

namespace counter {

struct Totals {
  std::uint64_t count = 0, bytes = 0;
};

struct Figures {
  Totals by_space[memspec::kSpaceCount];
  Totals by_function[memspec::kSpaceCount][memspec::hooks::kFunctionCount + 1];
  Totals freed[memspec::kSpaceCount];  // of blocks that were counted when they came
  Totals mapped[memspec::kSpaceCount], reserved[memspec::kSpaceCount];
  Totals unmapped, unmapped_by_others;  // by the program's libraries; by the engine and its threads
  std::uint64_t restored = 0, heap_samples = 0, unknown_frees = 0;
  std::uint64_t live_bytes[memspec::kSpaceCount] = {}, peak_bytes[memspec::kSpaceCount] = {};
  std::uint64_t live_blocks = 0;
  bool truncated = false;
};

inline constexpr int kLoggedFrames = 24;
struct LogEntry {
  memspec::Space space;
  memspec::hooks::Function function;
  bool main_thread;
  std::uint64_t bytes;
  std::uintptr_t frames[kLoggedFrames];
};
inline constexpr std::size_t kLogCapacity = 20000;

const memspec::hooks::Sink& CountingSink();
// A sink whose functions do nothing at all: what is left is the hooks' own cost.
const memspec::hooks::Sink& EmptySink();

void Reset(bool log_native, bool log_engine);
Figures Read();
std::size_t ReadLog(const LogEntry** entries);
void SetErrnoInSink(int value);  // what the sink leaves in errno

}  // namespace counter
