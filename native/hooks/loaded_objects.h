// What kinds of objects are loaded, and which of them may be patched.
#pragma once
#include <cstdint>

#include "hooks/elf_object.h"
#include "hooks/hook.h"

namespace memspec::hooks {

enum class Treatment : std::uint8_t {
  kPatch,
  kLeaveAlone,  // the loader, the vDSO, memspec itself, and a preloaded allocator (what it maps holds what it gives)
};

bool IsLoader(const ElfObject& object);
Treatment TreatmentOf(const ElfObject& object);
ObjectKind KindOf(const ElfObject& object);

// Pages that the loader is going to make read-only, but has not yet, belong to an object that another thread is just
// relocating. Reads the process's memory map once, when first asked. One instance for one pass over the objects.
class RelocationWatch {
 public:
  RelocationWatch() = default;
  ~RelocationWatch();
  RelocationWatch(const RelocationWatch&) = delete;
  RelocationWatch& operator=(const RelocationWatch&) = delete;

  bool Relocated(const ElfObject& object);

 private:
  bool Load();
  char* text_ = nullptr;
  std::size_t length_ = 0;
  bool tried_ = false;
};

}  // namespace memspec::hooks
