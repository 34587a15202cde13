// The part of the addon's surface that takes heaps apart (core/src/capture/graph-binding.ts).
#pragma once
#include <napi.h>

namespace memspec::binding {

void AddGraphFunctions(Napi::Env env, Napi::Object exports);

}  // namespace memspec::binding
