// Which loaded object an address of code lies in. Built under the install mutex, read by any thread without a lock: a
// new map replaces the old one, and old ones stay where they are, because somebody may be reading them (a few kB each,
// one per loaded library). Capacity: kMaxMappedObjects; objects past it are taken for the program's.
#pragma once
#include <cstddef>
#include <cstdint>

#include "hooks/elf_object.h"
#include "hooks/hook.h"

namespace memspec::hooks {

inline constexpr std::size_t kMaxMappedObjects = 4096;

// Whose code it is, as far as it matters for memory allocated from there.
enum class CodeOwner : unsigned char {
  kEngine,   // V8's and Node's object: the function decides
  kRuntime,  // libc, libstdc++, a preloaded allocator: works for whoever called it
  kProgram,  // addons and the libraries they load
  kLoader,   // ld.so, whose records of threads and libraries are nobody's
  kMemspec,  // the tracker itself
};

struct MappedObject {
  AddressRange text;
  const std::uint8_t* unwind_index;  // .eh_frame_hdr, or nullptr
  CodeOwner owner;
};

// nullptr: no object's code (just-in-time code, for example).
const MappedObject* FindObject(std::uintptr_t address);

// Changes whenever an address may lie in another object than before.
std::uint32_t ObjectMapGeneration();
void NewObjectMapGeneration();

class ObjectMapBuilder {
 public:
  ObjectMapBuilder();
  ~ObjectMapBuilder();
  ObjectMapBuilder(const ObjectMapBuilder&) = delete;
  ObjectMapBuilder& operator=(const ObjectMapBuilder&) = delete;

  void Add(const ElfObject& object);
  void Publish();

 private:
  MappedObject* objects_;
  std::size_t count_ = 0;
};

}  // namespace memspec::hooks
