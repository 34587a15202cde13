#include "heap/marking.h"

namespace memspec::heap {

Marking::Marking(v8::Isolate* isolate) : isolate_(isolate) {
  isolate_->AddGCPrologueCallback(OnBegin, this, v8::kGCTypeIncrementalMarking);
  isolate_->AddGCEpilogueCallback(OnEnd, this, v8::kGCTypeMarkSweepCompact);
}

Marking::~Marking() {
  isolate_->RemoveGCPrologueCallback(OnBegin, this);
  isolate_->RemoveGCEpilogueCallback(OnEnd, this);
}

void Marking::OnBegin(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* self) {
  static_cast<Marking*>(self)->under_way_ = true;
}

void Marking::OnEnd(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* self) {
  static_cast<Marking*>(self)->under_way_ = false;
}

}  // namespace memspec::heap
