#include "hooks/slots.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>

#include "base/own_memory.h"
#include "hooks/loaded_objects.h"
#include "hooks/object_map.h"

namespace memspec::hooks {
namespace {

struct PatchedSlot {
  void** slot;
  void* saved;
  void* hook;
  std::uintptr_t base;  // of its object
  int protection;       // of its page
};
static_assert(sizeof(PatchedSlot) <= 40);

struct LoaderCounts {
  unsigned long long loads = 0, unloads = 0;
  bool operator==(const LoaderCounts&) const = default;
};

// Under the install mutex.
struct Slots {
  PatchedSlot* records = nullptr;
  std::size_t count = 0;
  LoaderCounts seen;  // when everything was last found patched
  bool current = false;
  PatchSummary summary;
};
constinit Slots g_slots;

struct NamedFunction {
  std::string_view symbol;
  Function function;
  void* const* original;
};

// By name, for the binary search in FunctionNamed.
const NamedFunction* FunctionsByName() {
  static NamedFunction functions[kFunctionCount] = {
#define MEMSPEC_X(Name, symbol, presence, ...) \
  {#symbol, Function::k##Name, reinterpret_cast<void* const*>(&g_originals.Name)},
      MEMSPEC_HOOKED_FUNCTIONS(MEMSPEC_X)
#undef MEMSPEC_X
  };
  static const bool sorted = [] {
    std::sort(std::begin(functions), std::end(functions),
              [](const auto& a, const auto& b) { return a.symbol < b.symbol; });
    return true;
  }();
  (void)sorted;
  return functions;
}

const NamedFunction* FunctionNamed(const char* name) {
  // All hooked names begin with one of these; it spares most symbols a search.
  switch (name[0]) {
    case 'a': case 'c': case 'd': case 'f': case 'm': case 'p': case 'r': case 'v': break;
    case '_': if (name[1] != 'Z' || (name[2] != 'n' && name[2] != 'd')) return nullptr; break;
    default: return nullptr;
  }
  const NamedFunction* const begin = FunctionsByName();
  const NamedFunction* const end = begin + kFunctionCount;
  const std::string_view wanted = name;
  const auto* found =
      std::lower_bound(begin, end, wanted, [](const auto& function, auto symbol) { return function.symbol < symbol; });
  return found != end && found->symbol == wanted ? found : nullptr;
}

LoaderCounts CurrentCounts() {
  LoaderCounts counts;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        *static_cast<LoaderCounts*>(data) = {info->dlpi_adds, info->dlpi_subs};
        return 1;
      },
      &counts);
  return counts;
}

// Whether the slot leads, or will when it is bound, to the function whose place the hook takes. A slot that somebody
// else has patched, or a pointer that the program has changed, is left alone.
bool LeadsToOriginal(const ElfObject& object, const NamedFunction& function, std::uintptr_t value,
                     AddressRange main_text) {
  if (value == 0 || *function.original == nullptr) return false;
  if (value == reinterpret_cast<std::uintptr_t>(*function.original)) return true;
  if (ProviderOf(function.function).Contains(value)) return true;  // another version of the symbol
  if (main_text.Contains(value)) return true;  // the PLT stub that stands for the function's address in a fixed binary
  // Not bound yet: the slot points back into its own object's PLT, unless the object brings its own definition.
  return object.range().Contains(value) && object.Definition(function.symbol) == 0;
}

bool Write(void** slot, void* value, int protection) {
  const std::uintptr_t page = reinterpret_cast<std::uintptr_t>(slot) & ~(PageSize() - 1);
  const bool locked = (protection & PROT_WRITE) == 0;
  if (locked && mprotect(reinterpret_cast<void*>(page), PageSize(), protection | PROT_WRITE) != 0) return false;
  // Release: who calls through the slot sees all that Install() prepared.
  __atomic_store_n(slot, value, __ATOMIC_RELEASE);
  if (locked) mprotect(reinterpret_cast<void*>(page), PageSize(), protection);
  return true;
}

// Drops the records of objects that are gone, so that a new object at the same place starts afresh.
void ForgetUnloaded() {
  std::size_t kept = 0;
  const auto loaded = [](const PatchedSlot& record) {
    bool found = false;
    ForEachObject([&](const ElfObject& object) {
      found = object.base() == record.base && object.ContainsWritable(reinterpret_cast<std::uintptr_t>(record.slot)) &&
              *record.slot == record.hook;
      return !found;
    });
    return found;
  };
  for (std::size_t i = 0; i < g_slots.count; i++) {
    if (loaded(g_slots.records[i])) g_slots.records[kept++] = g_slots.records[i];
  }
  g_slots.count = kept;
}

void PatchObject(const ElfObject& object, AddressRange main_text, PatchSummary& summary) {
  const ObjectKind kind = KindOf(object);
  object.ForEachSlot([&](void** slot, const char* name, const ElfW(Sym)&) {
    const NamedFunction* const function = FunctionNamed(name);
    if (function == nullptr) return;
    void* const value = *slot;
    void* const hook = HookFor(function->function, kind);
    if (value == hook || !LeadsToOriginal(object, *function, reinterpret_cast<std::uintptr_t>(value), main_text)) {
      return;
    }
    if (g_slots.count == kMaxSlots) {
      summary.dropped++;
      return;
    }
    const int protection = object.ProtectionOf(reinterpret_cast<std::uintptr_t>(slot));
    // The record first: were this thread to stop here, the slot would still be restored.
    g_slots.records[g_slots.count] = {slot, value, hook, object.base(), protection};
    if (Write(slot, hook, protection)) g_slots.count++;
  });
}

}  // namespace

PatchSummary PatchSlots() {
  const LoaderCounts counts = CurrentCounts();
  const bool same_objects = counts == g_slots.seen;
  if (g_slots.current && same_objects) return g_slots.summary;
  if (g_slots.records == nullptr) {
    g_slots.records = static_cast<PatchedSlot*>(MapOwn(kMaxSlots * sizeof(PatchedSlot), Backing::kLazily));
    if (g_slots.records == nullptr) return {0, 0, 1, true};
  }
  if (counts.unloads != g_slots.seen.unloads) ForgetUnloaded();

  PatchSummary summary;
  RelocationWatch watch;
  AddressRange main_text;
  ObjectMapBuilder map;
  ForEachObject([&](const ElfObject& object) {
    if (summary.objects++ == 0) main_text = object.text();
    const bool ready = same_objects || watch.Relocated(object);
    if (!ready) summary.complete = false;
    map.Add(object);
    if (ready && TreatmentOf(object) == Treatment::kPatch) PatchObject(object, main_text, summary);
    return true;
  });
  if (!same_objects) map.Publish();
  summary.slots = static_cast<std::uint32_t>(g_slots.count);
  g_slots.seen = counts;
  g_slots.current = summary.complete;
  g_slots.summary = summary;
  return summary;
}

void RestoreSlots() {
  // Newest first: where an object was unloaded and another came to its place, the newer record is the right one.
  ForEachObject([](const ElfObject& object) {
    for (std::size_t i = g_slots.count; i-- > 0;) {
      const PatchedSlot& record = g_slots.records[i];
      if (record.base != object.base()) continue;
      if (!object.ContainsWritable(reinterpret_cast<std::uintptr_t>(record.slot))) continue;
      if (*record.slot == record.hook) Write(record.slot, record.saved, record.protection);
    }
    return true;
  });
  g_slots.count = 0;
  g_slots.current = false;
}

}  // namespace memspec::hooks
