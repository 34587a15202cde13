// The ledger with shorter calls, and a clean end: what a test leaves open or alive is taken away.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "harness.h"

namespace test {

using namespace memspec;
using namespace memspec::ledger;

inline constexpr auto kFirst = static_cast<DomainId>(0x0101);   // slot 1, generation 1
inline constexpr auto kSecond = static_cast<DomainId>(0x0302);  // slot 2, generation 3
inline constexpr auto kHelpers = DomainId::kHelpers;
inline constexpr Sample kNoSample{};

class World {
 public:
  World() { t_thread.domain = kFirst; }
  ~World() {
    for (const auto& [scope, id] : windows_) Forget(guard_, scope, id);
    Block was;
    for (const std::uint64_t address : addresses_) Free(guard_, At(address), &was);
    Unmap(guard_, At(kMapBase), kMapBytes);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  static constexpr std::uint64_t kMapBase = 0x10'0000'0000;
  static constexpr std::uint64_t kMapBytes = 0x1000'0000;

  void Alloc(std::uint64_t address, std::size_t bytes, Space space = Space::kNative, DomainId domain = kFirst,
             const Sample& sample = kNoSample) {
    addresses_.push_back(address);
    Allocate(guard_, At(address), bytes, space, domain, sample);
  }
  bool Release(std::uint64_t address, Block* was = nullptr) {
    Block unused;
    const bool known = Free(guard_, At(address), was == nullptr ? &unused : was);
    if (!known) CountUnknownFree(guard_, t_thread.domain);
    return known;
  }
  void Put(std::uint64_t address, const Block& block) { Restore(guard_, At(address), block); }
  void MapAt(std::uint64_t offset, std::size_t bytes, Space space = Space::kNative, DomainId domain = kFirst,
             const Sample& sample = kNoSample) {
    Map(guard_, At(kMapBase + offset), bytes, space, domain, sample);
  }
  void CommitAt(std::uint64_t offset, std::size_t bytes, Space space = Space::kNative, DomainId domain = kFirst,
                const Sample& sample = kNoSample) {
    Commit(guard_, At(kMapBase + offset), bytes, space, domain, sample);
  }
  void UnmapAt(std::uint64_t offset, std::size_t bytes) { Unmap(guard_, At(kMapBase + offset), bytes); }

  WindowId OpenIn(DomainId scope, std::int64_t heap = 0) {
    const WindowId id = Open(guard_, scope, heap);
    if (id != WindowId::kInvalid) windows_.emplace_back(scope, id);
    return id;
  }
  WindowFigures CloseIn(DomainId scope, WindowId id, std::int64_t heap = 0) { return Close(guard_, scope, id, heap); }
  Survivors Alive(DomainId scope, WindowId id) { return CountSurvivors(guard_, scope, id); }
  void ForgetIn(DomainId scope, WindowId id) { Forget(guard_, scope, id); }
  void Heap(DomainId scope, std::int64_t heap) { SetHeapLevel(guard_, scope, heap); }
  std::vector<Site> SitesOf(DomainId scope, WindowId id) {
    const std::size_t count = Sites(guard_, scope, id, nullptr, 0);
    CHECK(count != kNoMemory);
    std::vector<Site> sites(count);
    CHECK_EQUAL(Sites(guard_, scope, id, sites.data(), count), count);
    std::sort(sites.begin(), sites.end(), [](const Site& a, const Site& b) {
      return a.stack != b.stack ? a.stack < b.stack : a.space < b.space;
    });
    return sites;
  }
  const RecursionGuard& guard() const { return guard_; }

 private:
  RecursionGuard guard_;
  std::vector<std::pair<DomainId, WindowId>> windows_;
  std::vector<std::uint64_t> addresses_;
};

inline const SpaceFigures& In(const WindowFigures& figures, Space space) {
  return figures.space[static_cast<int>(space)];
}
inline std::uint64_t BytesIn(const Survivors& survivors, Space space) {
  return survivors.bytes[static_cast<int>(space)];
}
inline std::uint64_t CountIn(const Survivors& survivors, Space space) {
  return survivors.count[static_cast<int>(space)];
}

}  // namespace test
