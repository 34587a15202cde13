// For whom memory is allocated: told by the address of the caller and, where that works for others, by who called it.
// Any thread, inside an allocation: allocates nothing, takes no lock.
#pragma once
#include "base/space.h"
#include "hooks/function_list.h"
#include "hooks/sink.h"

namespace memspec::hooks {

struct Attribution {
  Space space;
  bool heap_sample;  // V8's sampling heap profiler is making a sample
};

Attribution AttributeAllocation(Function function, const CallSite& site);

// mmap and its kin, called from the engine's object or from libc on somebody's behalf.
Space AttributeMapping(const CallSite& site);

// Reads the engine's symbols. Once, before the first hook reports.
void LoadCallers();

}  // namespace memspec::hooks
