// The one list of hooked functions. Declarations, originals, the `Function` enum and the install table all come
// from it: a function that is not here is not hooked, and one that is here cannot be forgotten anywhere.
//
// X(Name, symbol, Presence, Signature)
//   Presence kRequired: installation stops, by name, where the symbol is missing. kOptional: skipped.
#pragma once
#include <dlfcn.h>
#include <sys/types.h>

#include <cstddef>
#include <new>

#include "hooks/sink.h"

#define MEMSPEC_ALLOCATION_FUNCTIONS(X)                                                         \
  X(Malloc, malloc, kRequired, void*(std::size_t))                                              \
  X(Calloc, calloc, kRequired, void*(std::size_t, std::size_t))                                 \
  X(Realloc, realloc, kRequired, void*(void*, std::size_t))                                     \
  X(Reallocarray, reallocarray, kOptional, void*(void*, std::size_t, std::size_t))              \
  X(Free, free, kRequired, void(void*))                                                         \
  X(Cfree, cfree, kOptional, void(void*))                                                       \
  X(PosixMemalign, posix_memalign, kRequired, int(void**, std::size_t, std::size_t))            \
  X(AlignedAlloc, aligned_alloc, kRequired, void*(std::size_t, std::size_t))                    \
  X(Memalign, memalign, kOptional, void*(std::size_t, std::size_t))                             \
  X(Valloc, valloc, kOptional, void*(std::size_t))                                              \
  X(Pvalloc, pvalloc, kOptional, void*(std::size_t))

// C++ operators, by their Itanium names on 64-bit platforms.
#define MEMSPEC_OPERATOR_NEW_FUNCTIONS(X)                                                                        \
  X(New, _Znwm, kOptional, void*(std::size_t))                                                                   \
  X(NewArray, _Znam, kOptional, void*(std::size_t))                                                              \
  X(NewNothrow, _ZnwmRKSt9nothrow_t, kOptional, void*(std::size_t, const std::nothrow_t&))                       \
  X(NewArrayNothrow, _ZnamRKSt9nothrow_t, kOptional, void*(std::size_t, const std::nothrow_t&))                  \
  X(NewAligned, _ZnwmSt11align_val_t, kOptional, void*(std::size_t, std::align_val_t))                           \
  X(NewArrayAligned, _ZnamSt11align_val_t, kOptional, void*(std::size_t, std::align_val_t))                      \
  X(NewAlignedNothrow, _ZnwmSt11align_val_tRKSt9nothrow_t, kOptional,                                            \
    void*(std::size_t, std::align_val_t, const std::nothrow_t&))                                                 \
  X(NewArrayAlignedNothrow, _ZnamSt11align_val_tRKSt9nothrow_t, kOptional,                                       \
    void*(std::size_t, std::align_val_t, const std::nothrow_t&))

#define MEMSPEC_OPERATOR_DELETE_FUNCTIONS(X)                                                                     \
  X(Delete, _ZdlPv, kOptional, void(void*))                                                                      \
  X(DeleteArray, _ZdaPv, kOptional, void(void*))                                                                 \
  X(DeleteSized, _ZdlPvm, kOptional, void(void*, std::size_t))                                                   \
  X(DeleteArraySized, _ZdaPvm, kOptional, void(void*, std::size_t))                                              \
  X(DeleteNothrow, _ZdlPvRKSt9nothrow_t, kOptional, void(void*, const std::nothrow_t&))                          \
  X(DeleteArrayNothrow, _ZdaPvRKSt9nothrow_t, kOptional, void(void*, const std::nothrow_t&))                     \
  X(DeleteAligned, _ZdlPvSt11align_val_t, kOptional, void(void*, std::align_val_t))                              \
  X(DeleteArrayAligned, _ZdaPvSt11align_val_t, kOptional, void(void*, std::align_val_t))                         \
  X(DeleteSizedAligned, _ZdlPvmSt11align_val_t, kOptional, void(void*, std::size_t, std::align_val_t))           \
  X(DeleteArraySizedAligned, _ZdaPvmSt11align_val_t, kOptional, void(void*, std::size_t, std::align_val_t))      \
  X(DeleteAlignedNothrow, _ZdlPvSt11align_val_tRKSt9nothrow_t, kOptional,                                        \
    void(void*, std::align_val_t, const std::nothrow_t&))                                                        \
  X(DeleteArrayAlignedNothrow, _ZdaPvSt11align_val_tRKSt9nothrow_t, kOptional,                                   \
    void(void*, std::align_val_t, const std::nothrow_t&))

#define MEMSPEC_MAPPING_FUNCTIONS(X)                                                            \
  X(Mmap, mmap, kRequired, void*(void*, std::size_t, int, int, int, off_t))                     \
  X(Mmap64, mmap64, kOptional, void*(void*, std::size_t, int, int, int, off_t))                 \
  X(Munmap, munmap, kRequired, int(void*, std::size_t))                                         \
  X(Mremap, mremap, kRequired, void*(void*, std::size_t, std::size_t, int, void*))              \
  X(Mprotect, mprotect, kRequired, int(void*, std::size_t, int))

// Descriptors are nobody's memory: where the program opens one is told, for who looks for those that stay open. What Node makes
// otherwise (sockets, pipes, watchers) has an object that owns it.
#define MEMSPEC_DESCRIPTOR_FUNCTIONS(X)                         \
  X(Open, open, kOptional, int(const char*, int, ...))          \
  X(Open64, open64, kOptional, int(const char*, int, ...))      \
  X(Openat, openat, kOptional, int(int, const char*, int, ...)) \
  X(Openat64, openat64, kOptional, int(int, const char*, int, ...))

// Functions of the loader: they allocate nothing for the program, but after them there may be new objects to patch.
#define MEMSPEC_LOADER_FUNCTIONS(X)                                       \
  X(Dlopen, dlopen, kRequired, void*(const char*, int))                   \
  X(Dlmopen, dlmopen, kOptional, void*(Lmid_t, const char*, int))         \
  X(Dlsym, dlsym, kRequired, void*(void*, const char*))                   \
  X(Dlvsym, dlvsym, kOptional, void*(void*, const char*, const char*))

// Functions that have one hook for each kind of object.
#define MEMSPEC_FUNCTIONS_BY_KIND(X)   \
  MEMSPEC_ALLOCATION_FUNCTIONS(X)      \
  MEMSPEC_OPERATOR_NEW_FUNCTIONS(X)    \
  MEMSPEC_OPERATOR_DELETE_FUNCTIONS(X) \
  MEMSPEC_MAPPING_FUNCTIONS(X)         \
  MEMSPEC_DESCRIPTOR_FUNCTIONS(X)

#define MEMSPEC_HOOKED_FUNCTIONS(X) \
  MEMSPEC_FUNCTIONS_BY_KIND(X)      \
  MEMSPEC_LOADER_FUNCTIONS(X)

namespace memspec::hooks {

enum class Presence : unsigned char { kRequired, kOptional };

enum class Function : unsigned char {
#define MEMSPEC_X(Name, symbol, presence, ...) k##Name,
  MEMSPEC_HOOKED_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X
      // The isolate's v8::ArrayBuffer::Allocator (buffer_tap.h): hooked by its vtable, not by a slot.
      kBufferAllocator,
};
inline constexpr int kFunctionCount = static_cast<int>(Function::kBufferAllocator);

constexpr const char* NameOf(Function function) {
  constexpr const char* kNames[] = {
#define MEMSPEC_X(Name, symbol, presence, ...) #symbol,
      MEMSPEC_HOOKED_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X
          "v8::ArrayBuffer::Allocator"};
  return kNames[static_cast<int>(function)];
}

}  // namespace memspec::hooks
