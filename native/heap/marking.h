// Whether V8 is in the middle of marking. Isolate's own thread only.
#pragma once
#include <v8.h>

namespace memspec::heap {

// A full collection that ends a marking which began earlier keeps what was alive when it was marked and has been dropped
// since: whoever wants a clean start collects again then.
class Marking {
 public:
  explicit Marking(v8::Isolate* isolate);
  ~Marking();
  Marking(const Marking&) = delete;
  Marking& operator=(const Marking&) = delete;

  bool under_way() const { return under_way_; }

 private:
  static void OnBegin(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags, void* self);
  static void OnEnd(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags, void* self);

  v8::Isolate* const isolate_;
  bool under_way_ = true;  // nobody knows what began before
};

}  // namespace memspec::heap
