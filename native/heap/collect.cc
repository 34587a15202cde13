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

}  // namespace

void Collect(const RecursionGuard&, v8::Isolate* isolate) {
  const v8::HandleScope scope(isolate);
  v8::HeapProfiler* const profiler = isolate->GetHeapProfiler();
  constexpr std::uint64_t kNever = std::uint64_t{1} << 40;
  if (profiler->StartSamplingHeapProfiler(kNever, 1, v8::HeapProfiler::kSamplingForceGC)) {
    delete profiler->GetAllocationProfile();
    profiler->StopSamplingHeapProfiler();
    return;
  }
  isolate->MemoryPressureNotification(v8::MemoryPressureLevel::kCritical);
}

void CollectSettled(const RecursionGuard&, v8::Isolate* isolate) {
  isolate->LowMemoryNotification();
  v8::HandleScope scope(isolate);
  Nothing nothing;
  std::vector<v8::Global<v8::Object>> none;
  // The cheapest public call that collects as a last resort does.
  isolate->GetHeapProfiler()->QueryObjects(isolate->GetCurrentContext(), &nothing, &none);
  // Once more for what the first one let go of.
  isolate->LowMemoryNotification();
}

}  // namespace memspec::heap
