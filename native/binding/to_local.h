// From Node-API's values to V8's. Isolate's own thread.
#pragma once
#include <cstring>

#include <napi.h>
#include <v8.h>

namespace memspec::binding {

// napi_value is the address that a v8::Local holds.
inline v8::Local<v8::Value> ToLocal(napi_value value) {
  v8::Local<v8::Value> local;
  static_assert(sizeof local == sizeof value);
  std::memcpy(static_cast<void*>(&local), &value, sizeof value);
  return local;
}

}  // namespace memspec::binding
