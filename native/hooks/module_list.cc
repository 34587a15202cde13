#include "hooks/module_list.h"

#include <unistd.h>

#include <atomic>
#include <cstring>

#include "base/own_memory.h"

namespace memspec::hooks {
namespace {

constexpr std::size_t kMaxPath = 4096;

constinit Module* g_modules = nullptr;
constinit char* g_text = nullptr;
constinit std::size_t g_text_used = 0;
constinit std::atomic<std::uint32_t> g_count{0};

bool MakeRoom() {
  if (g_modules == nullptr) g_modules = static_cast<Module*>(MapOwn(kMaxModules * sizeof(Module), Backing::kLazily));
  if (g_text == nullptr) g_text = static_cast<char*>(MapOwn(kMaxModuleText, Backing::kLazily));
  return g_modules != nullptr && g_text != nullptr;
}

std::size_t LinkTarget(const char* link, char* out) {
  const ssize_t length = readlink(link, out, kMaxPath - 1);
  return length > 0 ? static_cast<std::size_t>(length) : 0;
}

// The loader names the program itself "", and what was opened by a relative path by that.
std::size_t AbsolutePath(const ElfObject& object, char (&out)[kMaxPath]) {
  const std::string_view path = object.path();
  if (path.empty()) return LinkTarget("/proc/self/exe", out);
  std::size_t length = 0;
  if (path[0] != '/' && path.find('/') != std::string_view::npos) {
    length = LinkTarget("/proc/self/cwd", out);
    out[length++] = '/';
  }
  if (path.size() > kMaxPath - length) return 0;
  std::memcpy(out + length, path.data(), path.size());
  return length + path.size();
}

bool Same(const Module& a, const Module& b) {
  return a.bias == b.bias && a.range.begin == b.range.begin && a.range.end == b.range.end &&
         a.path_bytes == b.path_bytes && std::memcmp(a.path, b.path, a.path_bytes) == 0 &&
         a.build_id == b.build_id;
}

}  // namespace

void NoteModule(const ElfObject& object) {
  const std::uint32_t count = g_count.load(std::memory_order_relaxed);  // only written under the same mutex
  char path[kMaxPath];
  Module module{};
  module.bias = object.base();
  module.range = object.range();
  module.path = path;
  module.path_bytes = static_cast<std::uint32_t>(AbsolutePath(object, path));
  module.build_id = BuildIdOf(object);
  for (std::uint32_t i = count; i-- > 0;) {
    if (Same(g_modules[i], module)) return;
    // Another file came here since: this one was mapped anew.
    if (g_modules[i].range.begin < module.range.end && module.range.begin < g_modules[i].range.end) break;
  }
  if (count == kMaxModules || !MakeRoom() || module.path_bytes > kMaxModuleText - g_text_used) return;
  std::memcpy(g_text + g_text_used, path, module.path_bytes);
  module.path = g_text + g_text_used;
  g_text_used += module.path_bytes;
  g_modules[count] = module;
  g_count.store(count + 1, std::memory_order_release);  // the entry is written before it is seen
}

const Module* ModuleAt(std::uint32_t number) { return number < ModuleCount() ? g_modules + number : nullptr; }

std::uint32_t ModuleCount() { return g_count.load(std::memory_order_acquire); }

}  // namespace memspec::hooks
