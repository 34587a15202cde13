#include "hooks/buffer_tap.h"

#include <pthread.h>
#include <v8.h>

#include <cstring>

#include "base/own_memory.h"
#include "hooks/elf_object.h"
#include "hooks/object_map.h"
#include "hooks/report.h"

namespace memspec::hooks {
namespace {

using Allocator = v8::ArrayBuffer::Allocator;
using Word = std::uintptr_t;

constexpr int kMaxEntries = 48;  // V8's interface has 7; Node's class adds a few

// The copy for one class of allocators. Lives for ever: a thread may be inside it whatever happens.
struct TapTable {
  const Word* original;  // the class's own vtable
  Word prefix[2];        // offset to top, type information
  Word entries[kMaxEntries];
};

struct TappedAllocator {
  Allocator* object;
  int references;
};

constinit pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
constinit TapTable* g_tables = nullptr;
constinit int g_table_count = 0;
constinit TappedAllocator g_allocators[kMaxTappedAllocators];
constinit int g_allocator_count = 0;

// The Itanium ABI's vtable pointer: the first word of the object.
const Word* VtableOf(const Allocator* object) {
  return __atomic_load_n(reinterpret_cast<Word* const*>(object), __ATOMIC_RELAXED);
}
void SetVtable(Allocator* object, const Word* vtable) {
  // Release: a thread that finds the copy finds it filled.
  __atomic_store_n(reinterpret_cast<const Word**>(object), vtable, __ATOMIC_RELEASE);
}

const TapTable& TableOf(const Allocator* self) {
  const Word* const entries = VtableOf(self);
  return *reinterpret_cast<const TapTable*>(reinterpret_cast<const char*>(entries) - offsetof(TapTable, entries));
}

class TapLock {
 public:
  TapLock() { pthread_mutex_lock(&g_mutex); }
  ~TapLock() { pthread_mutex_unlock(&g_mutex); }
  TapLock(const TapLock&) = delete;
  TapLock& operator=(const TapLock&) = delete;
};

// Which entry a virtual function has: the pointer to a virtual member is its offset in the vtable.
template <typename Member>
int EntryOf(Member member) {
  struct {
    Word pointer, adjustment;
  } parts;
  static_assert(sizeof member == sizeof parts);
  std::memcpy(&parts, &member, sizeof parts);
#if defined(__aarch64__)
  return static_cast<int>(parts.pointer / sizeof(Word));  // the mark "virtual" is in the adjustment
#else
  return static_cast<int>((parts.pointer - 1) / sizeof(Word));
#endif
}

template <typename Signature, typename Member>
Signature* OriginalOf(const Allocator* self, Member member) {
  // The object's vtable may be taken back while we run; then its own entry is the original.
  const Word* const now = VtableOf(self);
  const bool tapped = now >= reinterpret_cast<const Word*>(g_tables) &&
                      now < reinterpret_cast<const Word*>(g_tables + kMaxAllocatorClasses);
  const Word* const vtable = tapped ? TableOf(self).original : now;
  return reinterpret_cast<Signature*>(vtable[EntryOf(member)]);
}

using AllocateSignature = void*(Allocator*, std::size_t);
using FreeSignature = void(Allocator*, void*, std::size_t);
using ReallocateSignature = void*(Allocator*, void*, std::size_t, std::size_t);

void Report(const RecursionGuard& guard, void* store, std::size_t bytes, const CallSite& site) {
  const ErrnoKeeper keep_errno;
  g_sink.allocated(guard, {store, bytes, Space::kBuffers, Function::kBufferAllocator, site});
}

FreedBlock ReportFreed(const RecursionGuard& guard, void* store) {
  const ErrnoKeeper keep_errno;
  return g_sink.freed(guard, store);
}

void* TappedAllocate(Allocator* self, std::size_t bytes) {
  auto* const original = OriginalOf<AllocateSignature>(self, &Allocator::Allocate);
  if (PassesThrough()) return original(self, bytes);
  const RecursionGuard guard;
  void* const store = original(self, bytes);
  if (store != nullptr) Report(guard, store, bytes, MEMSPEC_CALL_SITE());
  return store;
}

void* TappedAllocateUninitialized(Allocator* self, std::size_t bytes) {
  auto* const original = OriginalOf<AllocateSignature>(self, &Allocator::AllocateUninitialized);
  if (PassesThrough()) return original(self, bytes);
  const RecursionGuard guard;
  void* const store = original(self, bytes);
  if (store != nullptr) Report(guard, store, bytes, MEMSPEC_CALL_SITE());
  return store;
}

void TappedFree(Allocator* self, void* store, std::size_t bytes) {
  auto* const original = OriginalOf<FreeSignature>(self, &Allocator::Free);
  if (store == nullptr || PassesThrough()) {
    original(self, store, bytes);
    return;
  }
  const RecursionGuard guard;
  (void)ReportFreed(guard, store);
  original(self, store, bytes);
}

// Up to Node 22 the interface has Reallocate; a template, so that its absence is no error.
template <typename A>
struct ReallocateTap {
  static void* Tapped(Allocator* self, void* store, std::size_t old_bytes, std::size_t bytes) {
    auto* const original = OriginalOf<ReallocateSignature>(self, &A::Reallocate);
    if (PassesThrough()) return original(self, store, old_bytes, bytes);
    const RecursionGuard guard;
    FreedBlock freed;
    if (store != nullptr) freed = ReportFreed(guard, store);
    void* const moved = original(self, store, old_bytes, bytes);
    if (moved != nullptr) {
      Report(guard, moved, bytes, MEMSPEC_CALL_SITE());
    } else if (store != nullptr) {
      const ErrnoKeeper keep_errno;
      g_sink.restored(guard, store, freed);
    }
    return moved;
  }
};

template <typename A>
void PatchReallocate(TapTable& table) {
  if constexpr (requires { &A::Reallocate; }) {
    table.entries[EntryOf(&A::Reallocate)] = reinterpret_cast<Word>(&ReallocateTap<A>::Tapped);
  }
}

// How many of the words at `vtable` are functions; 0 where it does not lie in a loaded object.
int LengthOf(const Word* vtable) {
  const auto address = reinterpret_cast<Word>(vtable);
  Word readable_end = 0;
  ForEachObject([&](const ElfObject& object) {
    if (!object.range().Contains(address)) return true;
    readable_end = object.range().end;
    return false;
  });
  int length = 0;
  while (length < kMaxEntries && address + static_cast<Word>(length + 1) * sizeof(Word) <= readable_end &&
         FindObject(vtable[length]) != nullptr) {
    length++;
  }
  return length;
}

TapTable* TableFor(const Word* vtable) {  // under the mutex
  for (int i = 0; i < g_table_count; i++) {
    if (g_tables[i].original == vtable) return &g_tables[i];
  }
  const int length = g_table_count == kMaxAllocatorClasses ? 0 : LengthOf(vtable);
  if (length <= EntryOf(&Allocator::Free)) return nullptr;
  TapTable& table = g_tables[g_table_count++];
  table.original = vtable;
  std::memcpy(table.prefix, vtable - 2, sizeof table.prefix);
  std::memcpy(table.entries, vtable, static_cast<std::size_t>(length) * sizeof(Word));
  table.entries[EntryOf(&Allocator::Allocate)] = reinterpret_cast<Word>(&TappedAllocate);
  table.entries[EntryOf(&Allocator::AllocateUninitialized)] = reinterpret_cast<Word>(&TappedAllocateUninitialized);
  table.entries[EntryOf(&Allocator::Free)] = reinterpret_cast<Word>(&TappedFree);
  PatchReallocate<Allocator>(table);
  return &table;
}

bool IsTapped(const Allocator* object) {  // under the mutex
  for (int i = 0; i < g_table_count; i++) {
    if (VtableOf(object) == g_tables[i].entries) return true;
  }
  return false;
}

TappedAllocator* Find(const Allocator* object) {  // under the mutex
  for (int i = 0; i < g_allocator_count; i++) {
    if (g_allocators[i].object == object) return &g_allocators[i];
  }
  return nullptr;
}

}  // namespace

bool TapBufferAllocator(v8::Isolate* isolate) {
  Allocator* const object = isolate->GetArrayBufferAllocator();
  if (object == nullptr) return false;
  const RecursionGuard guard;
  const TapLock lock;
  if (g_tables == nullptr) {
    g_tables = static_cast<TapTable*>(MapOwn(kMaxAllocatorClasses * sizeof(TapTable), Backing::kNow));
    if (g_tables == nullptr) return false;
  }
  TappedAllocator* tapped = Find(object);
  if (IsTapped(object) && tapped != nullptr) {
    tapped->references++;
    return true;
  }
  // Not tapped, though it may be in the list: a new allocator may lie where a tapped one was destroyed.
  if (tapped == nullptr && g_allocator_count == kMaxTappedAllocators) return false;
  const TapTable* const table = TableFor(VtableOf(object));
  if (table == nullptr) return false;
  if (tapped == nullptr) tapped = &g_allocators[g_allocator_count++];
  *tapped = {object, 1};
  SetVtable(object, table->entries);
  return true;
}

void UntapBufferAllocator(v8::Isolate* isolate) {
  Allocator* const object = isolate->GetArrayBufferAllocator();
  const RecursionGuard guard;
  const TapLock lock;
  TappedAllocator* const tapped = object == nullptr ? nullptr : Find(object);
  if (tapped == nullptr || --tapped->references > 0) return;
  if (IsTapped(object)) SetVtable(object, TableOf(object).original);
  *tapped = g_allocators[--g_allocator_count];
}

}  // namespace memspec::hooks
