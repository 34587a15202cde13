// The build id that a linker gave an object: equal ids, equal contents (but for what `strip` took from the file).
#pragma once
#include <cstddef>
#include <cstdint>

#include "hooks/elf_object.h"

namespace memspec::hooks {

struct BuildId {
  static constexpr std::size_t kMaxBytes = 32;
  std::uint8_t bytes = 0;  // 0: it has none
  std::uint8_t value[kMaxBytes] = {};

  friend bool operator==(const BuildId&, const BuildId&) = default;
};

BuildId BuildIdOf(const ElfObject& object);

}  // namespace memspec::hooks
