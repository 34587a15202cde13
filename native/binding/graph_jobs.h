// Snapshots in files: read and taken apart on a thread of libuv's pool, answered with a promise.
#pragma once
#include <napi.h>

#include <string>
#include <vector>

#include "graph/paths.h"

namespace memspec::binding {

struct FileQuery {
  std::vector<std::string> files;
  graph::PathOptions paths;
  std::size_t limit = 0;
};

Napi::Value AnalyseInBackground(Napi::Env env, FileQuery query);
Napi::Value CompareInBackground(Napi::Env env, FileQuery query);

}  // namespace memspec::binding
