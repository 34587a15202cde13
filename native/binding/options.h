// What JavaScript hands over, validated. Wrong input throws a TypeError with a stable code and names the value.
#pragma once
#include <napi.h>

#include <optional>

#include "capture/measurement.h"

namespace memspec::binding {

// Empty after an exception was thrown.
std::optional<capture::Options> ToOptions(const Napi::Value& value);
std::optional<std::uint32_t> ToHandle(const Napi::Value& value);

// Throws an Error with `code`.
void Throw(Napi::Env env, const char* code, const std::string& message);

}  // namespace memspec::binding
