// Reports as plain JavaScript objects, in the shapes of core/src/capture/binding.ts.
#pragma once
#include <napi.h>

#include <vector>

#include "capture/measurement.h"

namespace memspec::binding {

const char* ToString(heap::Sampler::State state);
Napi::Array ToArray(Napi::Env env, const std::vector<const stacks::Frame*>& frames);
Napi::Object ToObject(Napi::Env env, const capture::Report& report);
Napi::Object ToObject(Napi::Env env, const capture::Retained& retained);

}  // namespace memspec::binding
