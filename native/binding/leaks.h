// The part of the addon's surface that leak checks use (core/src/capture/leak-binding.ts).
#pragma once
#include <napi.h>

namespace memspec::binding {

void ExportLeaks(Napi::Env env, Napi::Object exports);

}  // namespace memspec::binding
