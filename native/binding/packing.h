// Packing of a finished capture's events, on threads of libuv's pool (core/src/capture/packing-binding.ts).
#pragma once
#include <napi.h>

namespace memspec::binding {

void ExportPacking(Napi::Env env, Napi::Object exports);

}  // namespace memspec::binding
