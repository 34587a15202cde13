// The process's recording and the isolates that give to it. Starting and stopping: on an isolate's own thread.
#pragma once
#include <cstdint>
#include <string>

#include "base/recursion_guard.h"
#include "recording/recording.h"

namespace memspec::capture {

class IsolateState;

struct RecordingOptions {
  std::string file;
  bool overwrite = false;
  bool sums = false;
  bool native_stacks = false;
  std::uint64_t heap_interval = 0;  // bytes; 1: every object; 0: none
  std::uint32_t timeline_interval_ms = 10;
  std::string meta;
};

// Whether the lifetimes of heap samples can be told here. Tries it out the first time.
bool FindHeapLifetimes(const RecursionGuard&, IsolateState& state);

recording::Begun StartRecording(const RecursionGuard&, IsolateState& state, const RecordingOptions& options);
recording::Summary StopRecording(const RecursionGuard&, recording::Reason reason, bool exit_code_known, int exit_code);

// An isolate that has loaded memspec gives to the recording that runs, if there is one and it does not yet.
void JoinRecording(const RecursionGuard&, IsolateState& state);
void LeaveRecording(const RecursionGuard&, IsolateState& state);
// The isolate ends. The recording that it started ends with it.
void EndRecordingOf(const RecursionGuard&, IsolateState& state);

// At each allocation while a recording runs: native frames are wanted, too. Relaxed.
bool WantsNativeStacks();

}  // namespace memspec::capture
