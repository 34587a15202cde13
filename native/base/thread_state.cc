#include "base/thread_state.h"

namespace memspec {

thread_local constinit ThreadState t_thread;

}  // namespace memspec
