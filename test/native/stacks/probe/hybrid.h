// Hybrid stacks for the tests, captured below the product's own hooks.
#pragma once
#include <v8.h>

#include "stacks/stacks.h"

namespace probe {

// Of the running thread; nullptr where nobody listens.
memspec::stacks::CodeMap* MapOfThread();
v8::Isolate* IsolateOfThread();

void AddHybrid(v8::Local<v8::Context> context, v8::Local<v8::Object> exports);

}  // namespace probe
