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

// Under the install mutex. What `records` says holds for the objects of `seen`; after RestoreSlots() it is kept, so that
// the next Install() need not look at every relocation again.
struct Slots {
  PatchedSlot* records = nullptr;
  std::size_t count = 0;
  LoaderCounts seen;       // at the last pass over the objects
  bool relocated = false;  // all of those were
  bool patched = false;    // the slots lead to the hooks now
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
    case 'a': case 'c': case 'd': case 'f': case 'm': case 'o': case 'p': case 'r': case 'v': break;
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

// The main program's stubs for the functions' addresses (ElfObject::StubOf), of one pass over the objects.
struct Stubs {
  std::uintptr_t of[kFunctionCount] = {};
  void ReadFrom(const ElfObject& main_program) {
    for (int i = 0; i < kFunctionCount; i++) of[i] = main_program.StubOf(NameOf(static_cast<Function>(i)));
  }
};

// Whether the slot leads, or will when it is bound, to the function whose place the hook takes. A slot that somebody
// else has patched, or a pointer that the program has changed, is left alone.
bool LeadsToOriginal(const ElfObject& object, const NamedFunction& function, SlotKind kind, std::uintptr_t value,
                     const Stubs& stubs) {
  if (value == 0 || *function.original == nullptr) return false;
  if (value == reinterpret_cast<std::uintptr_t>(*function.original)) return true;
  if (value == stubs.of[static_cast<int>(function.function)]) return true;
  // Not bound yet: the slot points back into its own object's PLT.
  if (kind == SlotKind::kCall && object.range().Contains(value) && object.Definition(function.symbol) == 0) return true;
  // Another version of the symbol; or not bound yet, in the very object that provides it.
  return kind == SlotKind::kCall && ProviderOf(function.function).Contains(value);
}

// Writes slots. A page that is read-only is opened once for all slots in it that follow one another.
class SlotWriter {
 public:
  SlotWriter() = default;
  ~SlotWriter() { ClosePage(); }
  SlotWriter(const SlotWriter&) = delete;
  SlotWriter& operator=(const SlotWriter&) = delete;

  // False where the kernel refuses to open the page.
  bool Write(void** slot, void* value, int protection) {
    if ((protection & PROT_WRITE) == 0 && !OpenPage(reinterpret_cast<std::uintptr_t>(slot), protection)) return false;
    // Release: who calls through the slot sees all that Install() prepared.
    __atomic_store_n(slot, value, __ATOMIC_RELEASE);
    return true;
  }

 private:
  bool OpenPage(std::uintptr_t slot, int protection) {
    const std::uintptr_t page = slot & ~(PageSize() - 1);
    if (page == page_) return true;
    ClosePage();
    if (mprotect(reinterpret_cast<void*>(page), PageSize(), protection | PROT_WRITE) != 0) return false;
    page_ = page;
    protection_ = protection;
    return true;
  }
  void ClosePage() {
    if (page_ != 0) mprotect(reinterpret_cast<void*>(page_), PageSize(), protection_);
    page_ = 0;
  }
  std::uintptr_t page_ = 0;
  int protection_ = 0;
};

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

void PatchObject(const ElfObject& object, const Stubs& stubs, PatchSummary& summary) {
  SlotWriter writer;
  const ObjectKind kind = KindOf(object);
  object.ForEachSlot([&](void** slot, const char* name, SlotKind slot_kind) {
    const NamedFunction* const function = FunctionNamed(name);
    if (function == nullptr) return;
    void* const value = *slot;
    void* const hook = HookFor(function->function, kind);
    if (value == hook ||
        !LeadsToOriginal(object, *function, slot_kind, reinterpret_cast<std::uintptr_t>(value), stubs)) {
      return;
    }
    if (g_slots.count == kMaxSlots) {
      summary.dropped++;
      return;
    }
    const int protection = object.ProtectionOf(reinterpret_cast<std::uintptr_t>(slot));
    // The record first: were this thread to stop here, the slot would still be restored.
    g_slots.records[g_slots.count] = {slot, value, hook, object.base(), protection};
    if (writer.Write(slot, hook, protection)) g_slots.count++;
  });
}

// Calls act() under the loader's lock if nothing was loaded or unloaded since the last pass over the objects: then
// every record is of an object that is still there. False otherwise.
template <typename Act>
bool IfNothingChanged(Act&& act) {
  struct Context {
    Act& act;
    bool same;
  } context{act, false};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        auto& c = *static_cast<Context*>(data);
        c.same = g_slots.relocated && LoaderCounts{info->dlpi_adds, info->dlpi_subs} == g_slots.seen;
        if (c.same) c.act();
        return 1;
      },
      &context);
  return context.same;
}

// Patches the slots of the last time again. False where one holds something new (it was bound meanwhile, or the
// program wrote to it): then all have to be looked at afresh.
bool PatchKnownSlots() {
  for (std::size_t i = 0; i < g_slots.count; i++) {
    if (*g_slots.records[i].slot != g_slots.records[i].saved) return false;
  }
  SlotWriter writer;
  for (std::size_t i = 0; i < g_slots.count; i++) {
    const PatchedSlot& record = g_slots.records[i];
    writer.Write(record.slot, record.hook, record.protection);
  }
  return true;
}

// Newest first: where an object came to the place of another, the newer record of a slot is the right one. `applies`
// tells whether a record's object is there.
template <typename Applies>
void RestoreRecords(Applies&& applies) {
  SlotWriter writer;
  for (std::size_t i = g_slots.count; i-- > 0;) {
    const PatchedSlot& record = g_slots.records[i];
    if (applies(record) && *record.slot == record.hook) writer.Write(record.slot, record.saved, record.protection);
  }
}

}  // namespace

PatchSummary PatchSlots() {
  IfNothingChanged([] { g_slots.patched = g_slots.patched || PatchKnownSlots(); });
  const LoaderCounts counts = CurrentCounts();
  const bool same_objects = g_slots.relocated && counts == g_slots.seen;
  if (g_slots.patched && same_objects) return g_slots.summary;
  if (g_slots.records == nullptr) {
    g_slots.records = static_cast<PatchedSlot*>(MapOwn(kMaxSlots * sizeof(PatchedSlot), Backing::kLazily));
    if (g_slots.records == nullptr) return {0, 0, 1, true};
  }
  if (!g_slots.patched) {
    g_slots.count = 0;  // every slot was restored
  } else if (counts.unloads != g_slots.seen.unloads) {
    ForgetUnloaded();
  }

  PatchSummary summary;
  RelocationWatch watch;
  Stubs stubs;
  ObjectMapBuilder map;
  ForEachObject([&](const ElfObject& object) {
    if (summary.objects++ == 0) stubs.ReadFrom(object);
    const bool ready = same_objects || watch.Relocated(object);
    if (!ready) summary.complete = false;
    map.Add(object);
    if (ready && TreatmentOf(object) == Treatment::kPatch) PatchObject(object, stubs, summary);
    return true;
  });
  if (!same_objects) map.Publish();
  summary.slots = static_cast<std::uint32_t>(g_slots.count);
  g_slots.seen = counts;
  g_slots.relocated = summary.complete;
  g_slots.patched = true;
  g_slots.summary = summary;
  return summary;
}

void RestoreSlots() {
  const bool all_there = IfNothingChanged([] { RestoreRecords([](const PatchedSlot&) { return true; }); });
  if (!all_there) {
    ForEachObject([](const ElfObject& object) {
      RestoreRecords([&](const PatchedSlot& record) {
        return record.base == object.base() &&
               object.ContainsWritable(reinterpret_cast<std::uintptr_t>(record.slot));
      });
      return true;
    });
  }
  g_slots.patched = false;
}

}  // namespace memspec::hooks
