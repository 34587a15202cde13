// The recording's part of the addon's surface (core/src/capture/recording-binding.ts).
#pragma once
#include <napi.h>

namespace memspec::binding {

void ExportRecording(Napi::Env env, Napi::Object exports);

}  // namespace memspec::binding
