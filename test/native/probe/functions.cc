#include "functions.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace probe {
namespace {

constexpr auto kWide = std::align_val_t{64};

void FreeBlock(void* block, std::size_t) { free(block); }

constexpr AllocationFunction kFunctions[] = {
    {"malloc", [](std::size_t n) { return malloc(n); }, FreeBlock},
    {"calloc", [](std::size_t n) { return n % 2 == 0 ? calloc(n / 2, 2) : calloc(1, n); }, FreeBlock},
    {"realloc", [](std::size_t n) { return realloc(nullptr, n); }, FreeBlock},
    {"reallocarray", [](std::size_t n) { return reallocarray(nullptr, 1, n); }, FreeBlock},
    {"posix_memalign",
     [](std::size_t n) {
       void* block = nullptr;
       return posix_memalign(&block, 128, n) == 0 ? block : nullptr;
     },
     FreeBlock},
    {"aligned_alloc", [](std::size_t n) { return aligned_alloc(64, n); }, FreeBlock},
    {"memalign", [](std::size_t n) { return memalign(256, n); }, FreeBlock},
    {"valloc", [](std::size_t n) { return valloc(n); }, FreeBlock},
    {"pvalloc", [](std::size_t n) { return pvalloc(n); }, FreeBlock},
    {"_Znwm", [](std::size_t n) { return ::operator new(n); }, [](void* p, std::size_t) { ::operator delete(p); }},
    {"_Znam", [](std::size_t n) { return ::operator new[](n); }, [](void* p, std::size_t) { ::operator delete[](p); }},
    {"_ZnwmRKSt9nothrow_t", [](std::size_t n) { return ::operator new(n, std::nothrow); },
     [](void* p, std::size_t) { ::operator delete(p, std::nothrow); }},
    {"_ZnamRKSt9nothrow_t", [](std::size_t n) { return ::operator new[](n, std::nothrow); },
     [](void* p, std::size_t) { ::operator delete[](p, std::nothrow); }},
    {"_ZnwmSt11align_val_t", [](std::size_t n) { return ::operator new(n, kWide); },
     [](void* p, std::size_t) { ::operator delete(p, kWide); }},
    {"_ZnamSt11align_val_t", [](std::size_t n) { return ::operator new[](n, kWide); },
     [](void* p, std::size_t) { ::operator delete[](p, kWide); }},
    {"_ZnwmSt11align_val_tRKSt9nothrow_t", [](std::size_t n) { return ::operator new(n, kWide, std::nothrow); },
     [](void* p, std::size_t) { ::operator delete(p, kWide, std::nothrow); }},
    {"_ZnamSt11align_val_tRKSt9nothrow_t", [](std::size_t n) { return ::operator new[](n, kWide, std::nothrow); },
     [](void* p, std::size_t) { ::operator delete[](p, kWide, std::nothrow); }},
    // The sized forms of delete, on what the plain forms of new gave.
    {"_ZdlPvm", [](std::size_t n) { return ::operator new(n); },
     [](void* p, std::size_t n) { ::operator delete(p, n); }},
    {"_ZdaPvm", [](std::size_t n) { return ::operator new[](n); },
     [](void* p, std::size_t n) { ::operator delete[](p, n); }},
    {"_ZdlPvmSt11align_val_t", [](std::size_t n) { return ::operator new(n, kWide); },
     [](void* p, std::size_t n) { ::operator delete(p, n, kWide); }},
    {"_ZdaPvmSt11align_val_t", [](std::size_t n) { return ::operator new[](n, kWide); },
     [](void* p, std::size_t n) { ::operator delete[](p, n, kWide); }},
};

}  // namespace

const AllocationFunction* FindFunction(std::string_view name) {
  for (const AllocationFunction& function : kFunctions) {
    if (name == function.name) return &function;
  }
  return nullptr;
}

const AllocationFunction* AllFunctions(std::size_t* count) {
  *count = sizeof kFunctions / sizeof kFunctions[0];
  return kFunctions;
}

}  // namespace probe
