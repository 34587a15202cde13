// Observation of a test file, to JavaScript (core/src/capture/observe-binding.ts).
#pragma once
#include <napi.h>

namespace memspec::binding {

void ExportObserver(Napi::Env env, Napi::Object exports);

}  // namespace memspec::binding
