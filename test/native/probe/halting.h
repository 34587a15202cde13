// A machine that is too busy to schedule the process's other threads.
#pragma once

namespace probe {

// Halts every thread but the running one where it stands, in a signal's handler, until ResumeThreads() or for `most_ms`.
// How many halted: those that take the signal.
int HaltOtherThreads(int most_ms);
void ResumeThreads();

}  // namespace probe
