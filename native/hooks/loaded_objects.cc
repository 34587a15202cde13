#include "hooks/loaded_objects.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include "base/own_memory.h"

namespace memspec::hooks {
namespace {

constexpr std::size_t kMapTextCapacity = 16u << 20;  // of /proc/self/maps, about 150,000 lines

}  // namespace

bool IsLoader(const ElfObject& object) {
  const std::string_view name = object.basename();
  return name.starts_with("ld-linux") || name.starts_with("ld64.so");
}

Treatment TreatmentOf(const ElfObject& object) {
  if (!object.Valid() || IsLoader(object) || object.basename().starts_with("linux-vdso")) {
    return Treatment::kLeaveAlone;
  }
  if (object.range().Contains(reinterpret_cast<std::uintptr_t>(&g_originals))) return Treatment::kLeaveAlone;
  const AddressRange provider = ProviderOf(Function::kMalloc);
  const bool is_provider = object.base() != 0 && provider.begin == object.range().begin;
  if (is_provider && object.Definition("gnu_get_libc_version") == 0) return Treatment::kLeaveAlone;
  return Treatment::kPatch;
}

ObjectKind KindOf(const ElfObject& object) {
  const std::string_view path = object.path(), name = object.basename();
  if (path.empty() || name.starts_with("libnode.so")) return ObjectKind::kEngine;  // the main program has no name
  for (const std::string_view runtime : {"libc.so", "libstdc++.so", "libgcc_s.so", "libm.so", "libpthread.so",
                                         "libdl.so", "librt.so", "libc++.so", "libc++abi.so"}) {
    if (name.starts_with(runtime)) return ObjectKind::kRuntime;
  }
  return ObjectKind::kProgram;
}

RelocationWatch::~RelocationWatch() {
  if (text_ != nullptr) UnmapOwn(text_, kMapTextCapacity, Backing::kLazily);
}

bool RelocationWatch::Load() {
  if (tried_) return text_ != nullptr;
  tried_ = true;
  const int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  text_ = static_cast<char*>(MapOwn(kMapTextCapacity, Backing::kLazily));
  while (text_ != nullptr && length_ < kMapTextCapacity - 1) {
    const ssize_t got = read(file, text_ + length_, kMapTextCapacity - 1 - length_);
    if (got <= 0) break;
    length_ += static_cast<std::size_t>(got);
  }
  close(file);
  return text_ != nullptr;
}

bool RelocationWatch::Relocated(const ElfObject& object) {
  const std::uintptr_t page = object.relro().begin;
  if (object.relro().end == page) return true;  // it has no such pages: nothing tells
  if (!Load()) return true;
  for (const char *line = text_, *const end = text_ + length_; line < end;) {
    const char* const line_end = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
    if (line_end == nullptr) break;
    std::uintptr_t from = 0, to = 0;
    const auto first = std::from_chars(line, line_end, from, 16);
    const auto second = std::from_chars(first.ptr + 1, line_end, to, 16);
    if (AddressRange{from, to}.Contains(page)) return second.ptr[2] != 'w';  // " rw-p"
    line = line_end + 1;
  }
  return false;
}

}  // namespace memspec::hooks
