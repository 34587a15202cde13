#include "recording/modules.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace memspec::recording {
namespace {

struct Reading {
  std::vector<Modules::Module> modules;
  unsigned long long loads = 0;
};

std::string ProgramPath() {
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : "";
}

// The GNU build id among the notes of a segment.
std::string BuildIdIn(const unsigned char* at, std::size_t bytes) {
  while (bytes >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof note);
    const std::size_t name = (std::size_t{note.n_namesz} + 3) & ~std::size_t{3};
    const std::size_t text = (std::size_t{note.n_descsz} + 3) & ~std::size_t{3};
    const std::size_t whole = sizeof note + name + text;
    if (whole > bytes) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(at + sizeof note, "GNU", 4) == 0) {
      static constexpr char kDigits[] = "0123456789abcdef";
      std::string id;
      for (std::size_t i = 0; i < note.n_descsz; ++i) {
        const unsigned char byte = at[sizeof note + name + i];
        id += kDigits[byte >> 4];
        id += kDigits[byte & 15];
      }
      return id;
    }
    at += whole;
    bytes -= whole;
  }
  return "";
}

int Read(dl_phdr_info* info, std::size_t, void* data) {
  auto& reading = *static_cast<Reading*>(data);
  reading.loads = info->dlpi_adds;
  const bool program = reading.modules.empty();
  Modules::Module module{info->dlpi_name == nullptr ? "" : info->dlpi_name, "", info->dlpi_addr, ~std::uint64_t{0}, 0, program};
  if (program) module.path = ProgramPath();
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    const std::uint64_t begin = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD) {
      module.begin = std::min<std::uint64_t>(module.begin, begin);
      module.end = std::max<std::uint64_t>(module.end, begin + segment.p_memsz);
    } else if (segment.p_type == PT_NOTE && module.build_id.empty()) {
      module.build_id = BuildIdIn(reinterpret_cast<const unsigned char*>(begin), segment.p_memsz);
    }
  }
  if (module.end != 0) reading.modules.push_back(std::move(module));
  return 0;
}

int CountLoads(dl_phdr_info* info, std::size_t, void* data) {
  *static_cast<unsigned long long*>(data) = info->dlpi_adds;
  return 1;
}

}  // namespace

const Modules::Module* Modules::FindKnown(std::uint64_t address) const {
  for (const Module& module : known_) {
    if (address >= module.begin && address < module.end) return &module;
  }
  return nullptr;
}

const Modules::Module* Modules::Find(std::uint64_t address) {
  if (const Module* const module = FindKnown(address)) return module;
  unsigned long long loads = 0;
  dl_iterate_phdr(CountLoads, &loads);
  if (loads == seen_loads_) return nullptr;
  Reading reading;
  dl_iterate_phdr(Read, &reading);
  // What was unloaded since stays: stacks from that time name it.
  for (Module& fresh : reading.modules) {
    const auto same = [&](const Module& old) { return old.begin == fresh.begin && old.end == fresh.end && old.path == fresh.path; };
    if (std::none_of(known_.begin(), known_.end(), same)) known_.insert(known_.begin(), std::move(fresh));
  }
  seen_loads_ = reading.loads;
  return FindKnown(address);
}

}  // namespace memspec::recording
