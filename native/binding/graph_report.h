// What is asked of a heap and what is answered, as plain JavaScript objects in the shapes of core/src/capture/graph-binding.ts.
// Isolate's own thread.
#pragma once
#include <napi.h>

#include <optional>
#include <vector>

#include "graph/analysis.h"
#include "graph/diff.h"
#include "graph/graph_builder.h"
#include "graph/groups.h"
#include "graph/heap.h"

namespace memspec::binding {

// Empty after an exception was thrown.
std::optional<graph::GroupQuery> ToGroupQuery(const Napi::Value& value);
std::optional<graph::PathOptions> ToPathOptions(const Napi::Value& value);
std::optional<std::size_t> ToLimit(const Napi::Value& value);
std::optional<std::vector<graph::ObjectId>> ToObjectIds(const Napi::Value& value, const char* name);

// Throws the error that a problem is; `what` is named at its start.
void ThrowProblem(Napi::Env env, const std::string& what, const graph::ReadProblem& problem);
Napi::Error ProblemError(Napi::Env env, const std::string& what, const graph::ReadProblem& problem);

class GraphReport {
 public:
  GraphReport(Napi::Env env, const graph::Heap& heap) : env_(env), heap_(heap) {}
  Napi::Object Summary() const;
  Napi::Object Groups(const graph::Groups& groups) const;
  Napi::Array GroupList(const std::vector<graph::Group>& groups) const;
  Napi::Value Path(const std::optional<graph::Path>& path) const;
  Napi::Value BiggestBuffer(const graph::BigBuffer& buffer) const;
  Napi::Object Analysis(const graph::Analysis& analysis) const;
  Napi::Array Growth(const std::vector<graph::Growth>& grown) const;

 private:
  Napi::Value Number(std::uint64_t value) const { return Napi::Number::New(env_, static_cast<double>(value)); }
  Napi::Value Text(std::string_view text) const { return Napi::String::New(env_, text.data(), text.size()); }
  Napi::Value Place(const graph::Place& place) const;
  void SetType(Napi::Object object, graph::Node node) const;
  Napi::Object Group(const graph::Group& group) const;
  Napi::Array Births(const std::vector<graph::Births>& births) const;
  Napi::Object Trace(const graph::TraceFigures& figures) const;

  const Napi::Env env_;
  const graph::Heap& heap_;
};

}  // namespace memspec::binding
