// V8's heap snapshot, as it serialises it, into a file. It holds the program's data: strings, keys, whatever lives.
// Isolate's own thread.
#pragma once
#include <string>

#include <v8.h>

#include "base/recursion_guard.h"

namespace memspec::heap {

// False: it could not be taken or written; no file is left then. A file that is there is overwritten.
bool SnapshotToFile(const RecursionGuard&, v8::Isolate* isolate, const std::string& path);

}  // namespace memspec::heap
