#include "hooks/object_map.h"

#include <algorithm>
#include <atomic>

#include "base/own_memory.h"
#include "hooks/loaded_objects.h"
#include "hooks/module_list.h"

namespace memspec::hooks {
namespace {

constexpr std::size_t kScratchBytes = kMaxMappedObjects * sizeof(MappedObject);

// A header; the objects follow it.
struct ObjectMap {
  std::size_t count;
  const MappedObject* objects() const { return reinterpret_cast<const MappedObject*>(this + 1); }
};
static_assert(sizeof(ObjectMap) % alignof(MappedObject) == 0);

constinit std::atomic<const ObjectMap*> g_map{nullptr};
constinit std::atomic<std::uint32_t> g_generation{0};

const std::uint8_t* UnwindIndexOf(const ElfObject& object) {
  for (int i = 0; i < object.program_header_count(); i++) {
    const ElfW(Phdr)& header = object.program_headers()[i];
    if (header.p_type == PT_GNU_EH_FRAME) {
      return reinterpret_cast<const std::uint8_t*>(object.base() + header.p_vaddr);
    }
  }
  return nullptr;
}

CodeOwner OwnerOf(const ElfObject& object) {
  if (object.range().Contains(reinterpret_cast<std::uintptr_t>(&FindObject))) return CodeOwner::kMemspec;
  if (IsLoader(object)) return CodeOwner::kLoader;
  if (TreatmentOf(object) == Treatment::kLeaveAlone) return CodeOwner::kRuntime;
  switch (KindOf(object)) {
    case ObjectKind::kEngine: return CodeOwner::kEngine;
    case ObjectKind::kRuntime: return CodeOwner::kRuntime;
    case ObjectKind::kProgram: break;
  }
  return CodeOwner::kProgram;
}

}  // namespace

const MappedObject* FindObject(std::uintptr_t address) {
  // Acquire: the map's contents were written before it was published.
  const ObjectMap* const map = g_map.load(std::memory_order_acquire);
  if (map == nullptr) return nullptr;
  const MappedObject* const end = map->objects() + map->count;
  const MappedObject* const next = std::upper_bound(
      map->objects(), end, address, [](std::uintptr_t a, const MappedObject& object) { return a < object.text.begin; });
  if (next == map->objects() || !next[-1].text.Contains(address)) return nullptr;
  return next - 1;
}

// Acquire and release: who sees a generation sees its map.
std::uint32_t ObjectMapGeneration() { return g_generation.load(std::memory_order_acquire); }
void NewObjectMapGeneration() { g_generation.fetch_add(1, std::memory_order_release); }

ObjectMapBuilder::ObjectMapBuilder() : objects_(static_cast<MappedObject*>(MapOwn(kScratchBytes, Backing::kLazily))) {}

ObjectMapBuilder::~ObjectMapBuilder() {
  if (objects_ != nullptr) UnmapOwn(objects_, kScratchBytes, Backing::kLazily);
}

void ObjectMapBuilder::Add(const ElfObject& object) {
  if (objects_ == nullptr || count_ == kMaxMappedObjects || object.text().end == 0) return;
  NoteModule(object);
  objects_[count_++] = {object.text(), UnwindIndexOf(object), OwnerOf(object)};
}

void ObjectMapBuilder::Publish() {
  if (objects_ == nullptr) return;
  auto* const map =
      static_cast<ObjectMap*>(MapOwn(sizeof(ObjectMap) + count_ * sizeof(MappedObject), Backing::kNow));
  if (map == nullptr) return;
  std::sort(objects_, objects_ + count_, [](const auto& a, const auto& b) { return a.text.begin < b.text.begin; });
  map->count = count_;
  std::copy(objects_, objects_ + count_, const_cast<MappedObject*>(map->objects()));
  g_map.store(map, std::memory_order_release);
  NewObjectMapGeneration();
}

}  // namespace memspec::hooks
