#include "binding/report.h"

#include <cstdint>
#include <vector>

#include "binding/frame_table.h"

namespace memspec::binding {

namespace {

Napi::Value Number(Napi::Env env, double value) { return Napi::Number::New(env, value); }

Napi::Value NumberOrNull(Napi::Env env, const std::optional<double>& value) {
  return value ? Number(env, *value) : env.Null();
}

Napi::Object ToObject(Napi::Env env, const capture::SpaceReport& space) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("allocatedBytes", Number(env, space.allocated_bytes));
  object.Set("allocationCount", NumberOrNull(env, space.allocation_count));
  object.Set("peakBytes", Number(env, space.peak_bytes));
  object.Set("netBytes", Number(env, space.net_bytes));
  return object;
}

const char* ToString(stacks::FrameKind kind) {
  switch (kind) {
    case stacks::FrameKind::kJavaScript: return "javascript";
    case stacks::FrameKind::kNative: return "native";
    case stacks::FrameKind::kBuiltin: return "builtin";
    case stacks::FrameKind::kUnknown: return "unknown";
  }
  return "unknown";
}

Napi::Object ToObject(Napi::Env env, const stacks::Frame& frame) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("kind", Napi::String::New(env, ToString(frame.kind)));
  object.Set("functionName", Napi::String::New(env, frame.function));
  object.Set("url", Napi::String::New(env, frame.url));
  object.Set("scriptId", Number(env, frame.script_id));
  object.Set("line", Number(env, frame.line));
  object.Set("column", Number(env, frame.column));
  object.Set("lineIsFunction", Napi::Boolean::New(env, frame.line_is_function));
  object.Set("inlined", Napi::Boolean::New(env, frame.inlined));
  return object;
}

Napi::Object ToObject(Napi::Env env, const capture::SiteReport& site, const Napi::Array& frames) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("space", Number(env, static_cast<double>(site.space)));
  object.Set("frames", frames);
  object.Set("framesTruncated", Napi::Boolean::New(env, site.frames_truncated));
  object.Set("bytes", Number(env, site.bytes));
  object.Set("count", Number(env, site.count));
  object.Set("peakBytes", NumberOrNull(env, site.peak_bytes));
  object.Set("retainedBytes", NumberOrNull(env, site.retained_bytes));
  return object;
}

// Each frame is one object, in however many stacks it is.
Napi::Array SitesOf(Napi::Env env, const std::vector<capture::SiteReport>& reports) {
  FrameTable table;
  std::vector<std::vector<std::uint32_t>> stacks;
  stacks.reserve(reports.size());
  for (const capture::SiteReport& report : reports) {
    std::vector<std::uint32_t>& stack = stacks.emplace_back();
    for (const stacks::Frame& frame : report.frames) stack.push_back(table.Add(frame));
  }
  const Napi::Array known = ToArray(env, table.frames());
  Napi::Array sites = Napi::Array::New(env, reports.size());
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const Napi::HandleScope scope(env);
    Napi::Array frames = Napi::Array::New(env, stacks[i].size());
    for (std::size_t at = 0; at < stacks[i].size(); ++at) {
      const Napi::HandleScope frame_scope(env);
      frames.Set(static_cast<std::uint32_t>(at), known.Get(stacks[i][at]));
    }
    sites.Set(static_cast<std::uint32_t>(i), ToObject(env, reports[i], frames));
  }
  return sites;
}

}  // namespace

const char* ToString(heap::Sampler::State state) {
  switch (state) {
    case heap::Sampler::State::kOff: return "off";
    case heap::Sampler::State::kRunning: return "running";
    case heap::Sampler::State::kTakenBySomeoneElse: return "taken";
  }
  return "off";
}

Napi::Array ToArray(Napi::Env env, const std::vector<const stacks::Frame*>& frames) {
  Napi::Array array = Napi::Array::New(env, frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Napi::HandleScope scope(env);
    array.Set(static_cast<std::uint32_t>(i), ToObject(env, *frames[i]));
  }
  return array;
}

Napi::Object ToObject(Napi::Env env, const capture::Report& report) {
  Napi::Array spaces = Napi::Array::New(env, kSpaceCount);
  for (std::uint32_t i = 0; i < kSpaceCount; ++i) spaces.Set(i, ToObject(env, report.spaces[i]));
  Napi::Object gc = Napi::Object::New(env);
  gc.Set("count", Number(env, static_cast<double>(report.collections)));
  gc.Set("majorCount", Number(env, static_cast<double>(report.major_collections)));
  gc.Set("durationNs", Number(env, static_cast<double>(report.collection_ns)));
  Napi::Object fragmentation = Napi::Object::New(env);
  fragmentation.Set("heapBytes", Number(env, report.heap_fragmentation_bytes));
  fragmentation.Set("nativeBytes", NumberOrNull(env, report.native_fragmentation_bytes));
  Napi::Object truncated = Napi::Object::New(env);
  truncated.Set("samplesDropped", Number(env, static_cast<double>(report.samples_dropped)));
  truncated.Set("blocksDropped", Number(env, static_cast<double>(report.blocks_dropped)));
  truncated.Set("stacksDropped", Number(env, static_cast<double>(report.stacks_dropped)));
  truncated.Set("unknownFrees", Number(env, static_cast<double>(report.unknown_frees)));

  Napi::Object object = Napi::Object::New(env);
  object.Set("durationNs", Number(env, report.duration_ns));
  object.Set("spaces", spaces);
  object.Set("total", ToObject(env, report.total));
  object.Set("peakErrorBytes", Number(env, report.peak_error_bytes));
  object.Set("cameToRest", Napi::Boolean::New(env, report.came_to_rest));
  object.Set("heapPeakLiveBytes", NumberOrNull(env, report.heap_peak_live_bytes));
  object.Set("gc", gc);
  object.Set("fragmentation", fragmentation);
  object.Set("sites", SitesOf(env, report.sites));
  object.Set("heapSampler", Napi::String::New(env, ToString(report.sampler)));
  object.Set("heapByLine", Napi::Boolean::New(env, report.heap_by_line));
  object.Set("heapSampleInterval", Number(env, static_cast<double>(report.heap_sample_interval)));
  object.Set("truncated", truncated);
  object.Set("ownBytes", Number(env, static_cast<double>(report.own_bytes)));
  return object;
}

Napi::Object ToObject(Napi::Env env, const capture::Retained& retained) {
  Napi::Array bytes = Napi::Array::New(env, kSpaceCount);
  for (std::uint32_t i = 0; i < kSpaceCount; ++i) bytes.Set(i, Number(env, retained.bytes[i]));
  if (!retained.heap_known) bytes.Set(static_cast<std::uint32_t>(Space::kHeap), env.Null());
  Napi::Object object = Napi::Object::New(env);
  object.Set("bytes", bytes);
  return object;
}

}  // namespace memspec::binding
