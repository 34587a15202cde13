// The hooks' sink: decides whether an allocation is sampled, captures its stack, and writes it into the ledger.
// Runs inside the program's allocations, on any thread: see hooks/sink.h for what it must not do.
#pragma once
#include <cstdint>

#include "base/recursion_guard.h"
#include "hooks/sink.h"

namespace memspec::capture {

const hooks::Sink& RecorderSink();

// Draws this thread's next gap for the interval from the fixed seed, so that equal runs give equal samples.
void SeedSampling(const RecursionGuard&, std::uint64_t interval);

// A measurement with this interval began (+1) or ended (-1): helper threads sample at the smallest in force.
void HelperSampling(const RecursionGuard&, std::uint64_t interval, int change);

}  // namespace memspec::capture
