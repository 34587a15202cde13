#include "hooks/build_id.h"

#include <cstring>

namespace memspec::hooks {

BuildId BuildIdOf(const ElfObject& object) {
  BuildId id;
  for (int i = 0; i < object.program_header_count(); i++) {
    const ElfW(Phdr)& header = object.program_headers()[i];
    if (header.p_type != PT_NOTE) continue;
    const std::size_t alignment = header.p_align == 8 ? 8 : 4;
    const auto round = [alignment](std::size_t bytes) { return (bytes + alignment - 1) & ~(alignment - 1); };
    const auto* at = reinterpret_cast<const std::uint8_t*>(object.base() + header.p_vaddr);
    for (std::size_t left = header.p_memsz; left >= sizeof(ElfW(Nhdr));) {
      ElfW(Nhdr) note;
      std::memcpy(&note, at, sizeof note);
      const std::size_t name = sizeof note, data = round(name + note.n_namesz), end = round(data + note.n_descsz);
      if (end > left) break;
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(at + name, "GNU", 4) == 0 &&
          note.n_descsz <= BuildId::kMaxBytes) {
        id.bytes = static_cast<std::uint8_t>(note.n_descsz);
        std::memcpy(id.value, at + data, note.n_descsz);
        return id;
      }
      at += end;
      left -= end;
    }
  }
  return id;
}

}  // namespace memspec::hooks
