#include "hooks/symbol_kinds.h"

#include <cstddef>

namespace memspec::hooks {
namespace {

bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t kCount>
bool IsOneOf(std::string_view name, const std::string_view (&names)[kCount]) {
  for (const std::string_view candidate : names) {
    if (name == candidate) return true;
  }
  return false;
}

// The first identifiers of an Itanium-mangled name: _ZN4node6Buffer3NewE… gives node, Buffer, New.
struct Identifiers {
  static constexpr int kCapacity = 4;
  std::string_view at[kCapacity];
  int count = 0;
  bool standard = false;  // begins in std::
  bool file_local = false;
};

Identifiers Parse(std::string_view mangled) {
  Identifiers found;
  std::string_view rest = mangled.substr(2);
  // Thunks: _ZThn16_N…, _ZTv0_n24_N…
  if (rest.starts_with("Th") || rest.starts_with("Tv")) {
    const std::size_t skip = rest.find('_', rest[1] == 'v' ? rest.find('_') + 1 : 0);
    rest = skip == std::string_view::npos ? std::string_view() : rest.substr(skip + 1);
  }
  while (!rest.empty() && found.count < Identifiers::kCapacity) {
    const char c = rest[0];
    if (IsDigit(c)) {
      std::size_t length = 0;
      while (!rest.empty() && IsDigit(rest[0])) {
        length = length * 10 + static_cast<std::size_t>(rest[0] - '0');
        rest.remove_prefix(1);
      }
      if (length > rest.size()) break;
      found.at[found.count++] = rest.substr(0, length);
      rest.remove_prefix(length);
    } else if (found.count == 0 && c == 'S') {
      found.standard = true;
      break;
    } else if (c == 'L' && found.count == 0) {
      found.file_local = true;
      rest.remove_prefix(1);
    } else if (c == 'N' || c == 'Z' || c == 'K' || c == 'V' || c == 'R' || c == 'O' || c == 'L') {
      rest.remove_prefix(1);
    } else {
      break;
    }
  }
  return found;
}

CallerKind KindOfStandard(std::string_view mangled) {
  // A std::function's or std::thread's call of somebody's lambda: the lambda's body is inlined there.
  if (Contains(mangled, "_Function_handler") || Contains(mangled, "13__invoke_impl") ||
      Contains(mangled, "_State_impl")) {
    if (Contains(mangled, "4node")) return CallerKind::kProgram;
    if (Contains(mangled, "2v88internal") || Contains(mangled, "2v84base") || Contains(mangled, "5cppgc")) {
      return CallerKind::kV8;
    }
  }
  return CallerKind::kLeaf;
}

CallerKind KindInV8(const Identifiers& names) {
  // V8's default implementation of v8::ArrayBuffer::Allocator, in an anonymous namespace.
  if (names.count >= 3 && names.at[2] == "ArrayBufferAllocator") return CallerKind::kBuffer;
  if (names.count >= 2 && names.at[1] == "base") return CallerKind::kV8Pages;
  if (names.count < 3 || names.at[1] != "internal") return CallerKind::kV8;
  const std::string_view type = names.at[2];
  static constexpr std::string_view kPages[] = {"AllocatePages",        "FreePages",          "ReleasePages",
                                                "SetPermissions",       "DecommitPages",      "RecommitPages",
                                                "DiscardSystemPages",   "VirtualMemory",      "PageAllocator",
                                                "VirtualAddressSpace",  "EmulatedVirtualAddressSubspace"};
  if (IsOneOf(type, kPages)) return CallerKind::kV8Pages;
  if (type == "BackingStore") return CallerKind::kBackingStore;
  if (type == "ValueSerializer") return CallerKind::kSerializer;
  if (type == "SamplingHeapProfiler" && names.count > 3 && names.at[3] == "SampleObject") {
    return CallerKind::kHeapSample;
  }
  static constexpr std::string_view kIntlTypes[] = {
      "Intl",          "JSCollator",   "JSDateTimeFormat", "JSDisplayNames", "JSDurationFormat", "JSListFormat",
      "JSLocale",      "JSNumberFormat", "JSPluralRules",  "JSRelativeTimeFormat", "JSSegmentDataObject",
      "JSSegmentIterator", "JSSegmenter", "JSSegments",    "JSV8BreakIterator"};
  return IsOneOf(type, kIntlTypes) ? CallerKind::kIntl : CallerKind::kV8;
}

CallerKind KindInNode(const Identifiers& names) {
  std::string_view name;
  for (int i = 1; i < names.count && name.empty(); i++) {
    if (!names.at[i].starts_with("_GLOBAL__N")) name = names.at[i];
  }
  if (name == "Buffer" || name == "NodeArrayBufferAllocator" || name == "DebuggingArrayBufferAllocator") return CallerKind::kBuffer;
  if (name == "tracing") return CallerKind::kLeaf;  // V8 and Node both report to it
  static constexpr std::string_view kPlatform[] = {
      "NodePlatform",   "PerIsolatePlatformData", "PerIsolatePlatform", "WorkerThreadsTaskRunner",
      "DelayedTask",    "DelayedTaskScheduler",   "TaskQueue",          "PlatformWorkerThread",
      "PlatformWorkerData", "TaskQueueEntry",     "WorkerJob",          "IsolatePlatformDelegate"};
  if (IsOneOf(name, kPlatform)) return CallerKind::kPlatform;
  // Node's wrappers of the allocator work for their callers.
  static constexpr std::string_view kAllocators[] = {"Malloc",          "Calloc",          "Realloc",
                                                     "UncheckedMalloc", "UncheckedCalloc", "UncheckedRealloc"};
  return IsOneOf(name, kAllocators) ? CallerKind::kLeaf : CallerKind::kProgram;
}

// ICU's functions without a namespace carry its version: ucnv_open_73, res_load_78. Node 20 brought ICU 73.
bool HasIcuSuffix(std::string_view name) {
  const std::size_t size = name.size();
  return size > 4 && name[size - 3] == '_' && name[size - 2] >= '7' && name[size - 2] <= '9' && IsDigit(name[size - 1]);
}

}  // namespace

CallerKind KindOfSymbol(std::string_view mangled, bool local) {
  if (mangled.starts_with("Builtins_")) return CallerKind::kV8;
  if (!mangled.starts_with("_Z")) {
    if (HasIcuSuffix(mangled)) return CallerKind::kIcu;
    return local ? CallerKind::kLikeNeighbour : CallerKind::kProgram;
  }
  const Identifiers names = Parse(mangled);
  if (names.standard) return KindOfStandard(mangled);
  if (names.count == 0) return local ? CallerKind::kLikeNeighbour : CallerKind::kLeaf;
  const std::string_view first = names.at[0];
  if (first == "node") return KindInNode(names);
  if (first == "v8") return KindInV8(names);
  static constexpr std::string_view kV8s[] = {"cppgc", "heap", "v8_inspector", "v8_crdtp", "disasm", "unibrow"};
  if (IsOneOf(first, kV8s)) return CallerKind::kV8;
  if (first == "icu" || first.starts_with("icu_") || HasIcuSuffix(first)) return CallerKind::kIcu;
  static constexpr std::string_view kLeaves[] = {"absl", "hwy", "simdutf", "fast_float", "std", "__gnu_cxx"};
  if (IsOneOf(first, kLeaves)) return CallerKind::kLeaf;
  return names.file_local || first.starts_with("_GLOBAL__N") ? CallerKind::kLikeNeighbour : CallerKind::kProgram;
}

}  // namespace memspec::hooks
