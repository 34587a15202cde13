// Stacks: captured as ids on the hot path, resolved to function, file, line and column when read.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <v8.h>

#include "base/ids.h"
#include "base/recursion_guard.h"
#include "hooks/sink.h"

namespace memspec::stacks {

// Follows one isolate's code: where each function's bytecode and machine code lies, with line tables for what was
// compiled while listening. Isolate's own thread only.
class CodeMap;
CodeMap* StartListening(const RecursionGuard&, v8::Isolate* isolate);   // enumerates existing code
void StopListening(const RecursionGuard&, CodeMap*);

// Hot path, on the isolate's own thread, at any malloc: no allocation through the hooked allocator, no handles.
// Returns kNone when nothing could be captured. Innermost frame first: native caller, then JavaScript frames.
StackId CaptureJavaScript(const RecursionGuard&, v8::Isolate* isolate, CodeMap&, const hooks::CallSite&);
// For an allocation on V8's heap, below V8's own code: without the native caller, and right also where the interpreter
// allocates without having written down where it is.
// PrepareHeapCaptures comes first, once: it may read the program's symbol table.
void PrepareHeapCaptures(const RecursionGuard&, CodeMap&);
StackId CaptureHeapAllocation(const RecursionGuard&, v8::Isolate* isolate, CodeMap&, const hooks::CallSite&);
// Native frames, from the caller to the outermost, and JavaScript frames where they were called. `isolate` and `code`: both, or
// nullptr for a thread without an isolate.
StackId CaptureHybrid(const RecursionGuard&, v8::Isolate* isolate, CodeMap* code, const hooks::CallSite&);
// The frames of CaptureJavaScript. After the first few hundred they are found as CaptureHybrid finds them, where V8's version allows: of
// many stacks most are nearly the last one's, or known.
StackId CaptureRepeated(const RecursionGuard&, v8::Isolate* isolate, CodeMap& code, const hooks::CallSite&);
// Helper threads: the native caller only.
StackId CaptureNative(const RecursionGuard&, const hooks::CallSite&);

enum class FrameKind : std::uint8_t { kJavaScript, kNative, kBuiltin, kUnknown };

struct Frame {
  FrameKind kind;
  std::string function;   // "" when anonymous
  std::string url;        // script name or sourceURL as V8 has it; for native frames the object's file name
  int script_id;          // -1: none
  int line, column;       // 1-based in the generated source; 0: unknown
  bool line_is_function;  // only the function's own position is known, not the call's
  bool inlined;
};

// Isolate's own thread, not inside a hook. Frames innermost first; `truncated` when deeper than kMaxFrames.
// `native_missing`: of a hybrid stack, of which not all native frames are known; JavaScript's are.
struct Resolved { std::vector<Frame> frames; bool truncated, native_missing; };
Resolved Resolve(const RecursionGuard&, v8::Isolate* isolate, CodeMap&, StackId);
// The same for one frame of the table of stacks that lies in an isolate's code: several where something was inlined.
class FrameKey;
void AppendFrames(const RecursionGuard&, v8::Isolate* isolate, CodeMap&, FrameKey, std::vector<Frame>& frames);
// The innermost function of a stack that has a machine frame of its own (an inlined one has none): where it starts.
struct FunctionStart { int script_id = -1, line = 0, column = 0; };  // script_id -1: the stack has none
FunctionStart InnermostFunction(StackId);
// The latest script of that name (see Frame::url); -1: none is known.
int LatestScript(const RecursionGuard&, CodeMap&, const std::string& url);
// The script's sourceMappingURL (may be a data URL of megabytes), or "".
std::string SourceMapUrl(const RecursionGuard&, v8::Isolate* isolate, CodeMap&, int script_id);

// dropped: stacks, pieces of code and line tables for which there was no room.
struct TableState { std::uint64_t own_bytes, stacks, dropped; };
TableState State();

inline constexpr int kMaxFrames = 128;
inline constexpr int kWalkLimit = kMaxFrames + 1;  // one more than is kept, so that a deeper stack shows

}  // namespace memspec::stacks
