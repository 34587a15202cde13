// glibc's dlopen and dlsym look at their return address: the caller's RPATH, RUNPATH, $ORIGIN and namespace count.
// So these hooks are assembly that asks C++ where to go and then *jumps* there with the caller's registers and return
// address in place. Where only the path decides (it has a slash and no $), the jump leads to OpenAndPatch, which
// comes back to us before the caller gets the handle. Otherwise it leads to the real function, and new objects are
// patched at the next dlsym, dlopen or allocation.
#include "hooks/loader_hooks.h"

#include <cstring>

#include "hooks/hook.h"

namespace memspec::hooks {

constinit std::atomic<int> g_retries_left{0};

namespace {

constexpr int kRetryRange = 1 << 16;  // allocations after a call of the loader during which new objects are looked for

constinit std::atomic<int> g_opening{0};  // threads in OpenAndPatch

void* OpenAndPatch(const char* path, int mode) {
  // Relaxed: constructors of what is opened run on this thread.
  g_opening.fetch_add(1, std::memory_order_relaxed);
  void* const handle = g_originals.Dlopen(path, mode);
  g_opening.fetch_sub(1, std::memory_order_relaxed);
  if (handle != nullptr && g_reporting.load(std::memory_order_relaxed)) {
    const ErrnoKeeper keep_errno;
    PatchNewObjects(Wait::kForOthers);
  }
  return handle;
}

}  // namespace

bool ExpectingObjects() {
  return g_opening.load(std::memory_order_relaxed) != 0 || g_retries_left.load(std::memory_order_relaxed) != 0;
}

void ExpectNewObjects() { g_retries_left.store(kRetryRange, std::memory_order_relaxed); }

void RetryPatching() {
  // Relaxed: two threads that count down at once only try less often.
  const int left = g_retries_left.load(std::memory_order_relaxed);
  if (left <= 0) return;
  g_retries_left.store(left - 1, std::memory_order_relaxed);
  const int tries = kRetryRange - left;
  if ((tries & (tries + 1)) == 0) PatchNewObjects(Wait::kNever);  // at 0, 1, 3, 7, 15, …
}

extern "C" {

__attribute__((visibility("hidden"), used)) void* memspec_before_dlopen(const char* path, int) {
  if (!g_reporting.load(std::memory_order_relaxed)) return reinterpret_cast<void*>(g_originals.Dlopen);
  if (path != nullptr && std::strchr(path, '/') != nullptr && std::strchr(path, '$') == nullptr) {
    return reinterpret_cast<void*>(&OpenAndPatch);
  }
  if (path != nullptr) ExpectNewObjects();
  return reinterpret_cast<void*>(g_originals.Dlopen);
}

__attribute__((visibility("hidden"), used)) void* memspec_before_dlmopen() {
  if (g_reporting.load(std::memory_order_relaxed)) ExpectNewObjects();
  return reinterpret_cast<void*>(g_originals.Dlmopen);
}

static void BeforeLookup() {
  if (g_reporting.load(std::memory_order_relaxed) && g_retries_left.load(std::memory_order_relaxed) != 0) {
    const ErrnoKeeper keep_errno;
    PatchNewObjects(Wait::kForOthers);
  }
}

__attribute__((visibility("hidden"), used)) void* memspec_before_dlsym() {
  BeforeLookup();
  return reinterpret_cast<void*>(g_originals.Dlsym);
}

__attribute__((visibility("hidden"), used)) void* memspec_before_dlvsym() {
  BeforeLookup();
  return reinterpret_cast<void*>(g_originals.Dlvsym);
}

}  // extern "C"

#if defined(__x86_64__)
#define MEMSPEC_JUMPING_HOOK(name)                                      \
  asm(".pushsection .text\n"                                            \
      ".globl memspec_hook_" name "\n"                                  \
      ".hidden memspec_hook_" name "\n"                                 \
      ".type memspec_hook_" name ", @function\n"                        \
      "memspec_hook_" name ":\n"                                        \
      ".cfi_startproc\n"                                                \
      "endbr64\n"                                                       \
      "push %rdi\n.cfi_adjust_cfa_offset 8\n"                           \
      "push %rsi\n.cfi_adjust_cfa_offset 8\n"                           \
      "push %rdx\n.cfi_adjust_cfa_offset 8\n"                           \
      "call memspec_before_" name "\n"                                  \
      "pop %rdx\n.cfi_adjust_cfa_offset -8\n"                           \
      "pop %rsi\n.cfi_adjust_cfa_offset -8\n"                           \
      "pop %rdi\n.cfi_adjust_cfa_offset -8\n"                           \
      "jmp *%rax\n"                                                     \
      ".cfi_endproc\n"                                                  \
      ".size memspec_hook_" name ", .-memspec_hook_" name "\n"          \
      ".popsection\n")
#elif defined(__aarch64__)
#define MEMSPEC_JUMPING_HOOK(name)                                      \
  asm(".pushsection .text\n"                                            \
      ".globl memspec_hook_" name "\n"                                  \
      ".hidden memspec_hook_" name "\n"                                 \
      ".type memspec_hook_" name ", %function\n"                        \
      "memspec_hook_" name ":\n"                                        \
      ".cfi_startproc\n"                                                \
      "stp x29, x30, [sp, #-48]!\n.cfi_adjust_cfa_offset 48\n"          \
      ".cfi_rel_offset x29, 0\n.cfi_rel_offset x30, 8\n"                \
      "mov x29, sp\n"                                                   \
      "stp x0, x1, [sp, #16]\n"                                         \
      "str x2, [sp, #32]\n"                                             \
      "bl memspec_before_" name "\n"                                    \
      "mov x16, x0\n"                                                   \
      "ldp x0, x1, [sp, #16]\n"                                         \
      "ldr x2, [sp, #32]\n"                                             \
      "ldp x29, x30, [sp], #48\n.cfi_adjust_cfa_offset -48\n"           \
      ".cfi_restore x29\n.cfi_restore x30\n"                            \
      "br x16\n"                                                        \
      ".cfi_endproc\n"                                                  \
      ".size memspec_hook_" name ", .-memspec_hook_" name "\n"          \
      ".popsection\n")
#endif

MEMSPEC_JUMPING_HOOK("dlopen");
MEMSPEC_JUMPING_HOOK("dlmopen");
MEMSPEC_JUMPING_HOOK("dlsym");
MEMSPEC_JUMPING_HOOK("dlvsym");

}  // namespace memspec::hooks
