// The hooks' sink: decides whether an allocation is sampled, captures its stack, and writes it into the ledger.
// Runs inside the program's allocations, on any thread: see hooks/sink.h for what it must not do.
#pragma once
#include <cstdint>

#include "base/recursion_guard.h"
#include "hooks/hooks.h"

namespace memspec::capture {

// The hooks with the recorder as their sink, reference-counted. What the ledger knew from an earlier time is forgotten.
hooks::InstallResult InstallHooks(const RecursionGuard&);
void RemoveHooks(const RecursionGuard&);

// Draws this thread's next gap for the interval from the fixed seed, so that equal runs give equal samples.
void SeedSampling(const RecursionGuard&, std::uint64_t interval);

// A measurement with this interval began (+1) or ended (-1): helper threads sample at the smallest in force.
void HelperSampling(const RecursionGuard&, std::uint64_t interval, int change);

}  // namespace memspec::capture
