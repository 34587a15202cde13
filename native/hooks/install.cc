#include <dlfcn.h>
#include <pthread.h>

#include <cerrno>

#include "hooks/callers.h"
#include "hooks/hook.h"
#include "hooks/hooks.h"
#include "hooks/loader_hooks.h"
#include "hooks/report.h"
#include "hooks/slots.h"

namespace memspec::hooks {

constinit std::atomic<bool> g_reporting{false};
constinit Sink g_sink = {};
constinit std::ptrdiff_t g_errno_distance = 0;

namespace {

constinit pthread_mutex_t g_install_mutex = PTHREAD_MUTEX_INITIALIZER;
constinit int g_references = 0;
// Not the install mutex: preparing calls the loader, whose lock a thread in dlopen may hold while it waits for us.
constinit pthread_mutex_t g_prepare_mutex = PTHREAD_MUTEX_INITIALIZER;
constinit bool g_prepared = false;

class Lock {
 public:
  explicit Lock(pthread_mutex_t& mutex) : mutex_(mutex) { pthread_mutex_lock(&mutex_); }
  ~Lock() { pthread_mutex_unlock(&mutex_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  pthread_mutex_t& mutex_;
};

// A child has only the thread that forked: a lock of the tracker's may be held by one that is not there any more. So
// in a child the hooks report nothing, ever; most children exec at once.
void FollowForks() {
  pthread_atfork([] { pthread_mutex_lock(&g_install_mutex); }, [] { pthread_mutex_unlock(&g_install_mutex); },
                 [] {
                   g_reporting.store(false, std::memory_order_relaxed);
                   pthread_mutex_unlock(&g_install_mutex);
                 });
}

// Node closes addons when a worker ends. Hooks must stay: somebody may have copied the address of one.
void StayLoaded() {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&FollowForks), &self) != 0 && self.dli_fname != nullptr) {
    (void)dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  }
}

// Once for the process. The name of the first required symbol that is missing, else nullptr.
const char* Prepare() {
  const Lock lock(g_prepare_mutex);
  if (g_prepared) return nullptr;
  if (const char* missing = ResolveOriginals()) return missing;
  g_errno_distance = reinterpret_cast<char*>(&errno) - static_cast<char*>(__builtin_thread_pointer());
  LoadCallers();
  StayLoaded();
  FollowForks();
  g_prepared = true;
  return nullptr;
}

}  // namespace

void* HookFor(Function function, ObjectKind kind) {
  static void* const hooks[][kObjectKindCount] = {
#define MEMSPEC_X(Name, symbol, presence, ...)                         \
  {reinterpret_cast<void*>(&Hook<ObjectKind::kEngine>::Name),          \
   reinterpret_cast<void*>(&Hook<ObjectKind::kRuntime>::Name),         \
   reinterpret_cast<void*>(&Hook<ObjectKind::kProgram>::Name)},
      MEMSPEC_FUNCTIONS_BY_KIND(MEMSPEC_X)
#undef MEMSPEC_X
#define MEMSPEC_X(Name, symbol, presence, ...)        \
  {reinterpret_cast<void*>(&memspec_hook_##symbol),   \
   reinterpret_cast<void*>(&memspec_hook_##symbol),   \
   reinterpret_cast<void*>(&memspec_hook_##symbol)},
          MEMSPEC_LOADER_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X
  };
  return hooks[static_cast<int>(function)][static_cast<int>(kind)];
}

InstallResult Install(const Sink& sink) {
  const RecursionGuard guard;
  if (const char* missing = Prepare()) return {false, missing, 0, 0, false, false};
  const Lock lock(g_install_mutex);
  const Facts facts = KnownFacts();
  if (g_references++ == 0) {
    g_sink = sink;
    g_reporting.store(true, std::memory_order_release);  // g_sink is written before anybody reports to it
  }
  const PatchSummary patched = PatchSlots();
  return {true, nullptr, patched.slots, patched.objects, facts.engine_symbols, facts.heap_sample_symbol};
}

void Remove() {
  const RecursionGuard guard;
  const Lock lock(g_install_mutex);
  if (g_references == 0 || --g_references > 0) return;
  RestoreSlots();
  g_reporting.store(false, std::memory_order_relaxed);
}

bool Installed() { return g_reporting.load(std::memory_order_relaxed); }

void PatchNewObjects(Wait wait) {
  const RecursionGuard guard;
  if (wait == Wait::kForOthers) {
    pthread_mutex_lock(&g_install_mutex);
  } else if (pthread_mutex_trylock(&g_install_mutex) != 0) {
    return;
  }
  if (g_references > 0 && !PatchSlots().complete) ExpectNewObjects();
  pthread_mutex_unlock(&g_install_mutex);
}

}  // namespace memspec::hooks
