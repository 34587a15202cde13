// open and its kin. The call itself runs as if there were no hook: it may block for long. What is told comes after it.
#include <fcntl.h>

#include <cstdarg>

#include "hooks/report.h"

namespace memspec::hooks {
namespace {

// The third argument is there only where a file may be made.
constexpr bool HasMode(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

inline void ReportOpened(int descriptor, const CallSite& site) {
  if (descriptor < 0 || PassesThrough()) return;
  const RecursionGuard guard;
  const ErrnoKeeper keep_errno;
  g_sink.opened(guard, descriptor, site);
}

}  // namespace

#define MEMSPEC_READ_MODE(flags, mode)            \
  mode_t mode = 0;                                \
  if (HasMode(flags)) {                           \
    std::va_list more;                            \
    va_start(more, flags);                        \
    mode = va_arg(more, mode_t);                  \
    va_end(more);                                 \
  }

template <ObjectKind kKind>
int Hook<kKind>::Open(const char* path, int flags, ...) {
  MEMSPEC_READ_MODE(flags, mode)
  const int descriptor = g_originals.Open(path, flags, mode);
  ReportOpened(descriptor, MEMSPEC_CALL_SITE());
  return descriptor;
}

template <ObjectKind kKind>
int Hook<kKind>::Open64(const char* path, int flags, ...) {
  MEMSPEC_READ_MODE(flags, mode)
  const int descriptor = g_originals.Open64(path, flags, mode);
  ReportOpened(descriptor, MEMSPEC_CALL_SITE());
  return descriptor;
}

template <ObjectKind kKind>
int Hook<kKind>::Openat(int folder, const char* path, int flags, ...) {
  MEMSPEC_READ_MODE(flags, mode)
  const int descriptor = g_originals.Openat(folder, path, flags, mode);
  ReportOpened(descriptor, MEMSPEC_CALL_SITE());
  return descriptor;
}

template <ObjectKind kKind>
int Hook<kKind>::Openat64(int folder, const char* path, int flags, ...) {
  MEMSPEC_READ_MODE(flags, mode)
  const int descriptor = g_originals.Openat64(folder, path, flags, mode);
  ReportOpened(descriptor, MEMSPEC_CALL_SITE());
  return descriptor;
}

#undef MEMSPEC_READ_MODE

#define MEMSPEC_X(Name, symbol, presence, ...)                         \
  template Originals::Name##Signature Hook<ObjectKind::kEngine>::Name;  \
  template Originals::Name##Signature Hook<ObjectKind::kRuntime>::Name; \
  template Originals::Name##Signature Hook<ObjectKind::kProgram>::Name;
MEMSPEC_DESCRIPTOR_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X

}  // namespace memspec::hooks
