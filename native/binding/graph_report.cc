#include "binding/graph_report.h"

namespace memspec::binding {

namespace {

// Nothing recurses so deep that all its frames say something.
constexpr std::size_t kMaxFrames = 64;

}  // namespace

Napi::Value GraphReport::Place(const graph::Place& place) const {
  if (!place.known() && place.url.empty()) return env_.Null();
  Napi::Object object = Napi::Object::New(env_);
  object.Set("url", Text(place.url));
  object.Set("scriptId", Napi::Number::New(env_, place.script_id));
  object.Set("line", Number(place.line));
  object.Set("column", Number(place.column));
  return object;
}

void GraphReport::SetType(Napi::Object object, graph::Node node) const {
  const graph::Description description = heap_.describer().Describe(node);
  object.Set("kind", Text(NameOf(description.kind)));
  object.Set("type", Text(description.type));
  object.Set("detail", Text(description.detail));
  object.Set("place", Place(description.place));
}

Napi::Object GraphReport::Summary() const {
  const graph::Graph& graph = heap_.graph();
  Napi::Object object = Napi::Object::New(env_);
  object.Set("nodes", Number(graph.nodes()));
  object.Set("edges", Number(graph.edges()));
  object.Set("bytes", Number(heap_.bytes()));
  object.Set("reachableBytes", Number(heap_.dominators().retained[graph::kRoot]));
  object.Set("lastObjectId", Number(graph.last_object_id()));
  object.Set("traces", Napi::Boolean::New(env_, !graph.traces().empty()));
  object.Set("ownBytes", Number(heap_.own_bytes()));
  return object;
}

Napi::Value GraphReport::Path(const std::optional<graph::Path>& path) const {
  if (!path) return env_.Null();
  Napi::Array steps = Napi::Array::New(env_, path->steps.size());
  for (std::uint32_t i = 0; i < path->steps.size(); ++i) {
    const Napi::HandleScope scope(env_);
    const graph::Step& step = path->steps[i];
    Napi::Object object = Napi::Object::New(env_);
    SetType(object, step.node);
    object.Set("edge", Text(NameOf(step.kind)));
    object.Set("name", Text(step.name));
    object.Set("objectId", Number(heap_.graph().id(step.node)));
    object.Set("times", Number(step.times));
    steps.Set(i, object);
  }
  Napi::Object object = Napi::Object::New(env_);
  object.Set("root", Text(path->root));
  object.Set("place", Place({path->root_url, -1, 0, 0}));
  object.Set("native", Napi::Boolean::New(env_, path->rank == graph::Rank::kNative));
  object.Set("avoided", Napi::Boolean::New(env_, path->rank == graph::Rank::kAvoided));
  object.Set("steps", steps);
  return object;
}

Napi::Array GraphReport::Births(const std::vector<graph::Births>& births) const {
  Napi::Array array = Napi::Array::New(env_, births.size());
  for (std::uint32_t i = 0; i < births.size(); ++i) {
    Napi::Object object = Napi::Object::New(env_);
    object.Set("count", Number(births[i].count));
    object.Set("bytes", Number(births[i].bytes));
    array.Set(i, object);
  }
  return array;
}

Napi::Object GraphReport::Trace(const graph::TraceFigures& figures) const {
  const graph::Traces& traces = heap_.graph().traces();
  Napi::Array frames = Napi::Array::New(env_);
  std::uint32_t count = 0;
  // The tree's root is the outermost call of all and no function.
  for (std::uint32_t at = figures.trace; at != 0 && traces.nodes[at].parent != 0 && count < kMaxFrames;
       at = traces.nodes[at].parent) {
    const graph::TraceFunction& function = traces.functions[traces.nodes[at].function];
    Napi::Object frame = Napi::Object::New(env_);
    frame.Set("functionName", Text(heap_.graph().text(function.name)));
    frame.Set("url", Text(heap_.graph().text(function.script)));
    frame.Set("scriptId", Napi::Number::New(env_, function.script_id));
    frame.Set("line", Number(function.line));
    frame.Set("column", Number(function.column));
    frames.Set(count++, frame);
  }
  Napi::Object object = Napi::Object::New(env_);
  object.Set("frames", frames);
  object.Set("count", Number(figures.count));
  object.Set("bytes", Number(figures.bytes));
  return object;
}

Napi::Object GraphReport::Group(const graph::Group& group) const {
  Napi::Object object = Napi::Object::New(env_);
  SetType(object, group.representative);
  object.Set("count", Number(group.count));
  object.Set("shallowBytes", Number(group.shallow));
  object.Set("retainedBytes", Number(group.retained));
  object.Set("births", Births(group.births));
  object.Set("contents", Births(group.contents));
  Napi::Array ids = Napi::Array::New(env_, group.ids.size());
  for (std::uint32_t i = 0; i < group.ids.size(); ++i) ids.Set(i, Number(group.ids[i]));
  object.Set("objectIds", ids);
  object.Set("path", Path(group.path));
  Napi::Array holds = Napi::Array::New(env_, group.holds.size());
  for (std::uint32_t i = 0; i < group.holds.size(); ++i) {
    Napi::Object held = Napi::Object::New(env_);
    SetType(held, group.holds[i].example);
    held.Set("count", Number(group.holds[i].count));
    held.Set("bytes", Number(group.holds[i].bytes));
    holds.Set(i, held);
  }
  object.Set("holds", holds);
  Napi::Array traces = Napi::Array::New(env_, group.traces.size());
  for (std::uint32_t i = 0; i < group.traces.size(); ++i) traces.Set(i, Trace(group.traces[i]));
  object.Set("traces", traces);
  return object;
}

Napi::Array GraphReport::GroupList(const std::vector<graph::Group>& groups) const {
  Napi::Array array = Napi::Array::New(env_, groups.size());
  for (std::uint32_t i = 0; i < groups.size(); ++i) {
    const Napi::HandleScope scope(env_);
    array.Set(i, Group(groups[i]));
  }
  return array;
}

Napi::Object GraphReport::Groups(const graph::Groups& groups) const {
  Napi::Object object = Napi::Object::New(env_);
  object.Set("groups", GroupList(groups.groups));
  Napi::Array grown = Napi::Array::New(env_, groups.grown.size());
  for (std::uint32_t i = 0; i < groups.grown.size(); ++i) {
    const Napi::HandleScope scope(env_);
    Napi::Object store = Napi::Object::New(env_);
    SetType(store, groups.grown[i].owner);
    store.Set("objectId", Number(heap_.graph().id(groups.grown[i].owner)));
    store.Set("store", Text(groups.grown[i].store));
    store.Set("bytes", Number(groups.grown[i].bytes));
    store.Set("interval", Number(groups.grown[i].interval));
    store.Set("path", Path(groups.grown[i].path));
    grown.Set(i, store);
  }
  object.Set("grown", grown);
  Napi::Object omitted = Napi::Object::New(env_);
  omitted.Set("groups", Number(groups.omitted_groups));
  omitted.Set("count", Number(groups.omitted_count));
  omitted.Set("bytes", Number(groups.omitted_bytes));
  object.Set("omitted", omitted);
  object.Set("births", Births(groups.births));
  object.Set("temporary", Births(groups.temporary));
  return object;
}

Napi::Object GraphReport::Analysis(const graph::Analysis& analysis) const {
  Napi::Object object = Napi::Object::New(env_);
  object.Set("summary", Summary());
  Napi::Array types = Napi::Array::New(env_, analysis.types.size());
  for (std::uint32_t i = 0; i < analysis.types.size(); ++i) {
    const Napi::HandleScope scope(env_);
    Napi::Object type = Napi::Object::New(env_);
    SetType(type, analysis.types[i].example);
    type.Set("count", Number(analysis.types[i].count));
    type.Set("shallowBytes", Number(analysis.types[i].shallow));
    type.Set("retainedBytes", Number(analysis.types[i].retained));
    types.Set(i, type);
  }
  object.Set("types", types);
  Napi::Array biggest = Napi::Array::New(env_, analysis.biggest.size());
  for (std::uint32_t i = 0; i < analysis.biggest.size(); ++i) {
    const Napi::HandleScope scope(env_);
    const graph::Node node = analysis.biggest[i].node;
    Napi::Object big = Napi::Object::New(env_);
    SetType(big, node);
    big.Set("objectId", Number(heap_.graph().id(node)));
    big.Set("shallowBytes", Number(heap_.graph().self_size(node)));
    big.Set("retainedBytes", Number(heap_.dominators().retained[node]));
    big.Set("path", Path(analysis.biggest[i].path));
    biggest.Set(i, big);
  }
  object.Set("biggest", biggest);
  Napi::Array duplicates = Napi::Array::New(env_, analysis.duplicates.size());
  for (std::uint32_t i = 0; i < analysis.duplicates.size(); ++i) {
    constexpr std::size_t kMaxShown = 60;
    Napi::Object duplicate = Napi::Object::New(env_);
    duplicate.Set("value", Text(graph::Describer::Shorten(heap_.graph().text(analysis.duplicates[i].text), kMaxShown)));
    duplicate.Set("count", Number(analysis.duplicates[i].count));
    duplicate.Set("bytes", Number(analysis.duplicates[i].bytes));
    duplicates.Set(i, duplicate);
  }
  object.Set("duplicateStrings", duplicates);
  return object;
}

Napi::Value GraphReport::BiggestBuffer(const graph::BigBuffer& buffer) const {
  if (buffer.owner == graph::kNoIndex) return env_.Null();
  Napi::Object object = Napi::Object::New(env_);
  SetType(object, buffer.owner);
  object.Set("objectId", Number(heap_.graph().id(buffer.owner)));
  object.Set("bytes", Number(buffer.bytes));
  object.Set("path", Path(buffer.path));
  return object;
}

Napi::Array GraphReport::Growth(const std::vector<graph::Growth>& grown) const {
  Napi::Array array = Napi::Array::New(env_, grown.size());
  for (std::uint32_t i = 0; i < grown.size(); ++i) {
    const Napi::HandleScope scope(env_);
    const graph::Growth& one = grown[i];
    Napi::Object object = Napi::Object::New(env_);
    SetType(object, one.example);
    object.Set("countBefore", Number(one.count_before));
    object.Set("countAfter", Number(one.count_after));
    object.Set("bytesBefore", Number(one.bytes_before));
    object.Set("bytesAfter", Number(one.bytes_after));
    object.Set("retainedBytesBefore", Number(one.retained_before));
    object.Set("retainedBytesAfter", Number(one.retained_after));
    object.Set("path", Path(one.path));
    array.Set(i, object);
  }
  return array;
}

}  // namespace memspec::binding
