#include "heap/collect.h"

#include <v8-profiler.h>

#include <cstdint>
#include <vector>

namespace memspec::heap {

namespace {

class Nothing final : public v8::QueryObjectPredicate {
 public:
  bool Filter(v8::Local<v8::Object>) override { return false; }
};

void CollectOnce(v8::Isolate* isolate) {
  v8::HeapProfiler* const profiler = isolate->GetHeapProfiler();
  constexpr std::uint64_t kNever = std::uint64_t{1} << 40;
  if (profiler->StartSamplingHeapProfiler(kNever, 1, v8::HeapProfiler::kSamplingForceGC)) {
    delete profiler->GetAllocationProfile();
    profiler->StopSamplingHeapProfiler();
    return;
  }
  isolate->MemoryPressureNotification(v8::MemoryPressureLevel::kCritical);
}

}  // namespace

void Collect(const RecursionGuard& guard, v8::Isolate* isolate, const Marking& marking) {
  const OwnWork own(guard);
  const v8::HandleScope scope(isolate);
  if (marking.under_way()) CollectOnce(isolate);
  CollectOnce(isolate);
}

void CollectLastResort(const RecursionGuard& guard, v8::Isolate* isolate) {
  const OwnWork own(guard);
  const v8::HandleScope scope(isolate);
  Nothing nothing;
  std::vector<v8::Global<v8::Object>> none;
  isolate->GetHeapProfiler()->QueryObjects(isolate->GetCurrentContext(), &nothing, &none);
}

}  // namespace memspec::heap
