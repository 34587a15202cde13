#include "hooks/callers.h"

#include <atomic>
#include <cstring>

#include "hooks/hooks.h"
#include "hooks/loader_hooks.h"
#include "hooks/object_map.h"
#include "hooks/symbols.h"
#include "hooks/unwind.h"

namespace memspec::hooks {
namespace {

constexpr int kDeepestDecision = 64;  // frames walked before a caller counts as the program
constexpr int kDeepestMapping = 24;   // from v8::base::OS up to the backing store that asked for pages

constinit EngineSymbols g_symbols;

// Kinds by return address: (address << 8) | kind. Addresses of user space have at most 56 bits.
constexpr std::size_t kKindCacheSize = 8192;
constinit std::atomic<std::uint64_t> g_kind_cache[kKindCacheSize];

CallerKind EngineKindAt(std::uintptr_t return_address) {
  std::atomic<std::uint64_t>& cached = g_kind_cache[(return_address ^ (return_address >> 13)) % kKindCacheSize];
  // Relaxed: an entry is one word and says all.
  const std::uint64_t known = cached.load(std::memory_order_relaxed);
  if (known >> 8 == return_address) return static_cast<CallerKind>(known & 0xff);
  const CallerKind kind = g_symbols.KindAt(return_address - 1);
  cached.store(return_address << 8 | static_cast<std::uint64_t>(kind), std::memory_order_relaxed);
  return kind;
}

bool IsOperatorNew(Function function) { return function >= Function::kNew && function <= Function::kNewArrayAlignedNothrow; }

// For a kind that decides by itself. `below_icu`: ICU stands between this caller and the allocator.
Attribution Decided(CallerKind kind, Function function, bool below_icu) {
  switch (kind) {
    case CallerKind::kSerializer: return {Space::kNative, false};
    case CallerKind::kIntl: return {below_icu ? Space::kNative : Space::kEngine, false};
    // Its C++ objects are Node's own; what it mallocs becomes a backing store.
    case CallerKind::kBuffer: return {IsOperatorNew(function) ? Space::kNative : Space::kBuffers, false};
    case CallerKind::kHeapSample: return {Space::kEngine, IsOperatorNew(function)};
    case CallerKind::kV8: case CallerKind::kV8Pages: case CallerKind::kPlatform: case CallerKind::kBackingStore:
      return {Space::kEngine, false};
    default: return {Space::kNative, false};
  }
}

bool WorksForOthers(CallerKind kind) { return kind == CallerKind::kLeaf || kind == CallerKind::kIcu; }

// An object that is just being opened allocates in its constructors before any pass has seen it: here it is noticed.
const MappedObject* FindObjectNow(std::uintptr_t address) {
  const MappedObject* const object = FindObject(address);
  if (object != nullptr || !ExpectingObjects()) return object;
  PatchNewObjects(Wait::kNever);
  return FindObject(address);
}

[[gnu::noinline]] Attribution AttributeByWalking(Function function, const CallSite& site) {
  Frame frame = FrameOf(site);
  bool below_icu = false;
  for (int depth = 0; depth < kDeepestDecision; depth++) {
    const MappedObject* const object = FindObjectNow(frame.return_address - 1);
    if (object == nullptr) {
      // Just-in-time code that called a helper of V8's directly.
      if (g_symbols.has_v8) return {Space::kEngine, false};
    } else if (object->owner == CodeOwner::kMemspec || object->owner == CodeOwner::kLoader) {
      return {Space::kEngine, false};
    } else if (object->owner == CodeOwner::kProgram) {
      return {Space::kNative, false};
    } else if (object->owner == CodeOwner::kEngine) {
      const CallerKind kind = EngineKindAt(frame.return_address);
      if (!WorksForOthers(kind)) return Decided(kind, function, below_icu);
      below_icu |= kind == CallerKind::kIcu;
    }
    if (!StepUp(frame)) break;
  }
  return {Space::kNative, false};
}

}  // namespace

Attribution AttributeAllocation(Function function, const CallSite& site) {
  const auto caller = reinterpret_cast<std::uintptr_t>(site.caller);
  if (!g_symbols.text.Contains(caller)) return AttributeByWalking(function, site);
  const CallerKind kind = EngineKindAt(caller);
  return WorksForOthers(kind) ? AttributeByWalking(function, site) : Decided(kind, function, false);
}

Space AttributeMapping(const CallSite& site) {
  Frame frame = FrameOf(site);
  bool in_v8 = false;
  for (int depth = 0; depth < kDeepestMapping; depth++) {
    const MappedObject* const object = FindObject(frame.return_address - 1);
    if (object == nullptr) break;
    if (object->owner == CodeOwner::kMemspec || object->owner == CodeOwner::kLoader) return Space::kEngine;
    if (object->owner == CodeOwner::kProgram) break;
    if (object->owner == CodeOwner::kEngine) {
      const CallerKind kind = EngineKindAt(frame.return_address);
      if (kind == CallerKind::kBackingStore) return Space::kBuffers;
      if (kind == CallerKind::kV8Pages) {
        in_v8 = true;
      } else if (!WorksForOthers(kind)) {
        // The first who asked decides: a collection may run below a backing store, and its pages are the heap's.
        in_v8 = in_v8 || Decided(kind, Function::kMmap, false).space == Space::kEngine;
        break;
      }
    }
    if (!StepUp(frame)) break;
  }
  return in_v8 ? Space::kEngine : Space::kNative;
}

void LoadCallers() {
  g_symbols = ReadEngineSymbols();
#if defined(__x86_64__)
  if (g_symbols.a_v8_function != 0) {
    const auto* code = reinterpret_cast<const unsigned char*>(g_symbols.a_v8_function);
    static constexpr unsigned char kEndbr[] = {0xf3, 0x0f, 0x1e, 0xfa};
    static constexpr unsigned char kPushFramePointer[] = {0x55, 0x48, 0x89, 0xe5};
    if (std::memcmp(code, kEndbr, sizeof kEndbr) == 0) code += sizeof kEndbr;
    if (std::memcmp(code, kPushFramePointer, sizeof kPushFramePointer) != 0) EngineHasNoFramePointers();
  }
#endif
}

Facts KnownFacts() { return {g_symbols.has_v8, g_symbols.has_heap_sample}; }

}  // namespace memspec::hooks
