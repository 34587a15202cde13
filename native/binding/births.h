// The part of the addon's surface that the leak gate of test files uses (core/src/capture/birth-binding.ts).
#pragma once
#include <napi.h>

namespace memspec::binding {

void ExportBirths(Napi::Env env, Napi::Object exports);

}  // namespace memspec::binding
