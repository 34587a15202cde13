#include <algorithm>
#include <cmath>

#include "binding/graph_report.h"
#include "binding/options.h"

namespace memspec::binding {

namespace {

std::optional<double> WholeNumber(const Napi::Value& value, double limit) {
  if (!value.IsNumber()) return std::nullopt;
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= 0 && number <= limit) || std::floor(number) != number) return std::nullopt;
  return number;
}

template <class T>
std::optional<T> Wrong(Napi::Env env, const std::string& what) {
  Throw(env, "MEMSPEC_INVALID_OPTION", what);
  return std::nullopt;
}

// Parts of script names.
std::optional<std::vector<std::string>> ToScripts(const Napi::Value& value, const char* name) {
  const std::string wrong = std::string(name) + " is an array of strings";
  if (!value.IsArray()) return Wrong<std::vector<std::string>>(value.Env(), wrong);
  const Napi::Array parts = value.As<Napi::Array>();
  std::vector<std::string> scripts;
  for (std::uint32_t i = 0; i < parts.Length(); ++i) {
    const Napi::HandleScope scope(value.Env());
    const Napi::Value part = parts.Get(i);
    if (!part.IsString()) return Wrong<std::vector<std::string>>(value.Env(), wrong);
    std::string text = part.As<Napi::String>().Utf8Value();
    // Every name has the empty text in it.
    if (!text.empty()) scripts.push_back(std::move(text));
  }
  return scripts;
}

std::optional<std::vector<std::string>> ToScriptsIfAny(const Napi::Value& value, const char* name) {
  if (value.IsUndefined()) return std::vector<std::string>();
  return ToScripts(value, name);
}

std::optional<std::vector<graph::ObjectId>> ToIdsIfAny(const Napi::Value& value, const char* name) {
  if (value.IsUndefined()) return std::vector<graph::ObjectId>();
  return ToObjectIds(value, name);
}

}  // namespace

std::optional<std::vector<graph::ObjectId>> ToObjectIds(const Napi::Value& value, const char* name) {
  std::vector<graph::ObjectId> ids;
  if (!value.IsArray()) return Wrong<std::vector<graph::ObjectId>>(value.Env(), std::string(name) + " is an array of object ids");
  const Napi::Array array = value.As<Napi::Array>();
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::HandleScope scope(value.Env());
    const std::optional<double> id = WholeNumber(array.Get(i), 4294967295.0);
    if (!id) return Wrong<std::vector<graph::ObjectId>>(value.Env(), std::string(name) + " is an array of object ids");
    ids.push_back(static_cast<graph::ObjectId>(*id));
  }
  return ids;
}

std::optional<std::size_t> ToLimit(const Napi::Value& value) {
  const std::optional<double> limit = WholeNumber(value, 1e6);
  if (!limit) return Wrong<std::size_t>(value.Env(), "limit and members are whole numbers, 0 to 1,000,000");
  return static_cast<std::size_t>(*limit);
}

std::optional<graph::PathOptions> ToPathOptions(const Napi::Value& value) {
  const Napi::Env env = value.Env();
  if (!value.IsObject()) return Wrong<graph::PathOptions>(env, "a query is an object");
  const Napi::Object object = value.As<Napi::Object>();
  std::optional<std::vector<std::string>> avoid = ToScripts(object.Get("avoid"), "avoid");
  if (!avoid) return std::nullopt;
  std::optional<std::vector<graph::ObjectId>> avoid_ids = ToIdsIfAny(object.Get("avoidIds"), "avoidIds");
  if (!avoid_ids) return std::nullopt;
  std::optional<std::vector<std::string>> temporary = ToScriptsIfAny(object.Get("temporary"), "temporary");
  if (!temporary) return std::nullopt;
  std::optional<std::vector<graph::ObjectId>> temporary_ids = ToIdsIfAny(object.Get("temporaryIds"), "temporaryIds");
  if (!temporary_ids) return std::nullopt;
  graph::PathOptions options;
  options.avoid = std::move(*avoid);
  options.avoid_ids = std::move(*avoid_ids);
  options.temporary = std::move(*temporary);
  options.temporary_ids = std::move(*temporary_ids);
  return options;
}

std::optional<graph::GroupQuery> ToGroupQuery(const Napi::Value& value) {
  std::optional<graph::PathOptions> paths = ToPathOptions(value);
  if (!paths) return std::nullopt;
  const Napi::Object object = value.As<Napi::Object>();
  std::optional<std::vector<graph::ObjectId>> boundaries = ToObjectIds(object.Get("boundaries"), "boundaries");
  if (!boundaries) return std::nullopt;
  const bool ascending = std::is_sorted(boundaries->begin(), boundaries->end());
  if (boundaries->empty() || !ascending) {
    return Wrong<graph::GroupQuery>(value.Env(), "boundaries are object ids in ascending order, at least one");
  }
  const std::optional<std::size_t> limit = ToLimit(object.Get("limit"));
  if (!limit) return std::nullopt;
  const std::optional<std::size_t> members = ToLimit(object.Get("members"));
  if (!members) return std::nullopt;
  graph::GroupQuery query;
  query.boundaries = std::move(*boundaries);
  query.paths = std::move(*paths);
  query.limit = *limit;
  query.members = *members;
  return query;
}

Napi::Error ProblemError(Napi::Env env, const std::string& what, const graph::ReadProblem& problem) {
  const char* code = "MEMSPEC_SNAPSHOT_INVALID";
  if (problem.error == graph::ReadError::kTruncated) code = "MEMSPEC_SNAPSHOT_TRUNCATED";
  if (problem.error == graph::ReadError::kUnreadable || problem.error == graph::ReadError::kNoMemory) {
    code = "MEMSPEC_SNAPSHOT_UNREADABLE";
  }
  Napi::Error error = Napi::Error::New(env, what + ": " + problem.what);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

void ThrowProblem(Napi::Env env, const std::string& what, const graph::ReadProblem& problem) {
  ProblemError(env, what, problem).ThrowAsJavaScriptException();
}

}  // namespace memspec::binding
