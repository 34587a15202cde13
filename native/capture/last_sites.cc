#include "capture/last_sites.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string_view>

namespace memspec::capture {

namespace {

class Json {
 public:
  void Raw(std::string_view text) { text_ += text; }
  // Bytes that are no ASCII go as they are: names come from V8 and from symbol tables, as UTF-8.
  void Text(std::string_view text) {
    text_ += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        text_ += '\\';
        text_ += c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
        text_ += escaped;
      } else {
        text_ += c;
      }
    }
    text_ += '"';
  }
  void Number(double value) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.2f", value);
    text_ += digits;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

const char* ToString(stacks::FrameKind kind) {
  switch (kind) {
    case stacks::FrameKind::kJavaScript: return "javascript";
    case stacks::FrameKind::kNative: return "native";
    case stacks::FrameKind::kBuiltin: return "builtin";
    case stacks::FrameKind::kUnknown: return "unknown";
  }
  return "unknown";
}

void Write(Json& json, const stacks::Frame& frame) {
  json.Raw("{\"kind\":\"");
  json.Raw(ToString(frame.kind));
  json.Raw("\",\"functionName\":");
  json.Text(frame.function);
  json.Raw(",\"url\":");
  json.Text(frame.url);
  json.Raw(",\"scriptId\":" + std::to_string(frame.script_id) + ",\"line\":" + std::to_string(frame.line) +
           ",\"column\":" + std::to_string(frame.column));
  json.Raw(frame.line_is_function ? ",\"lineIsFunction\":true" : ",\"lineIsFunction\":false");
  json.Raw(frame.inlined ? ",\"inlined\":true}" : ",\"inlined\":false}");
}

// Writes aside and moves: who reads finds all of it or what was there before.
void Replace(const std::string& path, const std::string& text) {
  const std::string aside = path + ".new";
  const int file = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return;
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t more = write(file, text.data() + written, text.size() - written);
    if (more <= 0) break;
    written += static_cast<std::size_t>(more);
  }
  close(file);
  if (written < text.size() || rename(aside.c_str(), path.c_str()) != 0) unlink(aside.c_str());
}

}  // namespace

void WriteLastSites(const RecursionGuard& guard, IsolateState& isolate, const std::string& path, std::vector<LastSite> sites) {
  const auto weight = [](const LastSite& site) { return site.alive_bytes.value_or(site.bytes); };
  std::sort(sites.begin(), sites.end(), [&](const LastSite& a, const LastSite& b) { return weight(a) > weight(b); });
  if (sites.size() > kLastSites) sites.resize(kLastSites);
  Json frames;
  Json stacks;
  Json rows;
  std::set<int> scripts;
  std::size_t frame_count = 0;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    LastSite& site = sites[i];
    if (site.stack != StackId::kNone) site.frames = stacks::Resolve(guard, isolate.isolate(), isolate.code(), site.stack).frames;
    if (i > 0) stacks.Raw(",");
    stacks.Raw("[");
    for (std::size_t k = 0; k < site.frames.size(); ++k) {
      const stacks::Frame& frame = site.frames[k];
      if (frame_count > 0) frames.Raw(",");
      Write(frames, frame);
      if (k > 0) stacks.Raw(",");
      stacks.Raw(std::to_string(frame_count++));
      if (frame.script_id >= 0 && frame.line > 0) scripts.insert(frame.script_id);
    }
    stacks.Raw("]");
    rows.Raw((i > 0 ? ",[" : "[") + std::to_string(static_cast<int>(site.space)) + "," + std::to_string(i) + ",");
    rows.Number(site.bytes);
    rows.Raw(",");
    rows.Number(site.count);
    rows.Raw(",");
    if (site.alive_bytes) {
      rows.Number(*site.alive_bytes);
    } else {
      rows.Raw("null");
    }
    rows.Raw("]");
  }
  Json maps;
  bool first = true;
  for (const int script : scripts) {
    const std::string url = stacks::SourceMapUrl(guard, isolate.isolate(), isolate.code(), script);
    if (url.empty() || maps.text().size() + url.size() > kMapBytes) continue;
    maps.Raw((first ? "\"" : ",\"") + std::to_string(script) + "\":");
    maps.Text(url);
    first = false;
  }
  Replace(path, "{\"frames\":[" + frames.text() + "],\"stacks\":[" + stacks.text() + "],\"sites\":[" + rows.text() +
                    "],\"maps\":{" + maps.text() + "}}");
}

}  // namespace memspec::capture
