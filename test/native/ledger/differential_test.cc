// Random sequences of every call, against the model: all figures, peaks, survivors and sites are the same.
#include <cmath>
#include <optional>

#include "model.h"

namespace test {
namespace {

constexpr std::uint64_t kModelBase = World::kMapBase / Model::kPage;

struct OpenPair {
  DomainId scope;
  WindowId real;
  ModelWindow model;
  bool closed = false;
};

class Pair {
 public:
  explicit Pair(std::uint64_t seed) : random_(seed) {
    for (auto& heap : heap_) heap = static_cast<std::int64_t>(random_.Below(10'000));
  }

  void Run(int steps) {
    for (int i = 0; i < steps; ++i) Step();
    CompareLevels();
    for (OpenPair& pair : windows_) {
      if (!pair.closed) CloseOne(pair);
    }
    for (const OpenPair& pair : windows_) CompareLasting(pair);
  }

 private:
  // What is counted as events come is what a walk over all that is alive finds.
  void CompareLevels() {
    const Levels helpers = KnownLevels(world_.guard(), kHelpers);
    Levels walked = helpers;
    for (const DomainId domain : {kFirst, kSecond, kOther}) {
      const Levels levels = KnownLevels(world_.guard(), domain);
      for (int space = 0; space < kSpaceCount; ++space) walked.bytes[space] += levels.bytes[space] - helpers.bytes[space];
    }
    const Levels counted = KnownLevels(world_.guard());
    for (int space = 0; space < kSpaceCount; ++space) CHECK_EQUAL(counted.bytes[space], walked.bytes[space]);
  }

  static constexpr DomainId kOther = static_cast<DomainId>(0x0909);
  static constexpr DomainId kScopes[] = {kFirst, kSecond, kProcessScope};

  DomainId AnyDomain() {
    constexpr DomainId kDomains[] = {kFirst, kFirst, kSecond, kHelpers, kOther};
    return kDomains[random_.Below(5)];
  }
  Space AnySpace() { return static_cast<Space>(1 + random_.Below(3)); }
  Sample AnySample(std::uint64_t bytes) {
    if (random_.Below(3) == 0) return {};
    return {static_cast<StackId>(1 + random_.Below(5)), bytes * (1 + random_.Below(3)), 1.0 + 0.5 * static_cast<double>(random_.Below(4))};
  }
  std::uint64_t AnyAddress() { return 0x5000'0000 + random_.Below(40) * 16; }
  std::uint64_t AnyPage() { return random_.Below(24); }
  std::uint64_t AnyLength() {
    const std::uint64_t pages = 1 + random_.Below(8);
    return random_.Below(2) == 0 ? pages * Model::kPage : pages * Model::kPage - random_.Below(Model::kPage);
  }
  std::int64_t& HeapOf(DomainId scope) { return heap_[scope == kProcessScope ? 2 : SlotOf(scope) - 1]; }
  // V8's used size grows, and falls only at a collection, which reads it at both ends.
  std::int64_t NextHeap(DomainId scope) {
    std::int64_t& heap = HeapOf(scope);
    switch (random_.Below(4)) {
      case 0:
        heap += static_cast<std::int64_t>(random_.Below(2000));
        break;
      case 1:
        heap -= static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(heap) / 2 + 1));
        break;
      default:
        break;
    }
    return heap;
  }

  void Step() {
    switch (random_.Below(20)) {
      case 0: case 1: case 2: case 3: case 4: case 5: {
        const std::uint64_t address = AnyAddress();
        const std::uint64_t bytes = random_.Below(5) == 0 ? 0 : random_.Below(3000);
        const Space space = AnySpace();
        const DomainId domain = AnyDomain();
        const Sample sample = AnySample(bytes);
        world_.Alloc(address, bytes, space, domain, sample);
        model_.Alloc(address, bytes, space, domain, sample);
        break;
      }
      case 6: case 7: case 8: case 9: {
        const std::uint64_t address = AnyAddress();
        t_thread.domain = AnyDomain();
        CHECK_EQUAL(world_.Release(address), model_.Free(address, t_thread.domain));
        break;
      }
      case 10: {
        const std::uint64_t address = AnyAddress();
        t_thread.domain = AnyDomain();
        Block was;
        const bool known = world_.Release(address, &was);
        CHECK_EQUAL(known, model_.Free(address, t_thread.domain));
        if (random_.Below(2) == 0) OpenOne();  // a window between the free and its being taken back
        if (!known) break;
        world_.Put(address, was);
        model_.Restore(address);
        break;
      }
      case 11: case 12: {
        const std::uint64_t page = AnyPage();
        const std::uint64_t bytes = AnyLength();
        const Space space = AnySpace();
        const DomainId domain = AnyDomain();
        const Sample sample = AnySample(bytes);
        if (random_.Below(2) == 0) {
          world_.MapAt(page * Model::kPage, bytes, space, domain, sample);
          model_.Map(kModelBase + page, bytes, space, domain, sample);
        } else {
          world_.CommitAt(page * Model::kPage, bytes, space, domain, sample);
          model_.Commit(kModelBase + page, bytes, space, domain, sample);
        }
        break;
      }
      case 13: case 14: {
        const std::uint64_t page = AnyPage();
        const std::uint64_t bytes = AnyLength();
        world_.UnmapAt(page * Model::kPage, bytes);
        model_.Unmap(kModelBase + page, bytes);
        const std::uint64_t asked = AnyPage();
        CHECK_EQUAL(IsMapped(world_.guard(), At(World::kMapBase + asked * Model::kPage + 5)), model_.Covers(kModelBase + asked));
        break;
      }
      case 15: {
        const DomainId scope = kScopes[random_.Below(3)];
        const std::int64_t heap = NextHeap(scope);
        world_.Heap(scope, heap);
        model_.Reading(scope, heap);
        break;
      }
      case 16: case 17:
        OpenOne();
        break;
      default:
        if (windows_.empty()) break;
        OpenPair& pair = windows_[random_.Below(windows_.size())];
        if (!pair.closed) {
          CloseOne(pair);
        } else if (random_.Below(2) == 0) {
          CompareLasting(pair);
        } else {
          world_.ForgetIn(pair.scope, pair.real);
          windows_.erase(windows_.begin() + (&pair - windows_.data()));
        }
        break;
    }
  }

  void OpenOne() {
    const DomainId scope = kScopes[random_.Below(3)];
    const std::int64_t heap = NextHeap(scope);
    windows_.push_back({scope, world_.OpenIn(scope, heap), model_.Open(scope, heap)});
  }

  void CloseOne(OpenPair& pair) {
    const std::int64_t heap = NextHeap(pair.scope);
    const WindowFigures real = world_.CloseIn(pair.scope, pair.real, heap);
    const WindowFigures model = model_.Close(pair.model, heap);
    pair.closed = true;
    CHECK(real.known);
    for (int i = 0; i < kSpaceCount; ++i) {
      CHECK_EQUAL(real.space[i].allocated_bytes, model.space[i].allocated_bytes);
      CHECK_EQUAL(real.space[i].allocation_count, model.space[i].allocation_count);
      CHECK_EQUAL(real.space[i].freed_bytes, model.space[i].freed_bytes);
      CHECK_EQUAL(real.space[i].free_count, model.space[i].free_count);
      CHECK_EQUAL(real.space[i].level_bytes, model.space[i].level_bytes);
      CHECK_EQUAL(real.space[i].peak_bytes, model.space[i].peak_bytes);
    }
    CHECK_EQUAL(real.total_peak_bytes, model.total_peak_bytes);
    CHECK_EQUAL(real.total_peak_error, model.total_peak_error);
    CHECK_EQUAL(real.unknown_frees, model.unknown_frees);
    CHECK_EQUAL(real.unseen_frees, model.unseen_frees);
    CHECK_EQUAL(real.blocks_dropped + real.samples_dropped, 0u);
  }

  void CompareLasting(const OpenPair& pair) {
    const Survivors real = world_.Alive(pair.scope, pair.real);
    const Survivors model = model_.Alive(pair.model);
    for (int i = 0; i < kSpaceCount; ++i) {
      CHECK_EQUAL(real.bytes[i], model.bytes[i]);
      CHECK_EQUAL(real.count[i], model.count[i]);
    }
    const std::vector<Site> real_sites = world_.SitesOf(pair.scope, pair.real);
    const std::map<SiteKey, ModelSite> model_sites = model_.SitesOf(pair.model);
    CHECK_EQUAL(real_sites.size(), model_sites.size());
    for (const Site& site : real_sites) {
      CHECK(model_sites.contains({site.stack, site.space}));
      const ModelSite& expected = model_sites.at({site.stack, site.space});
      // Sums of shares of partly unmapped mappings depend on their order; nothing else is inexact.
      const auto same = [](double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); };
      CHECK(same(site.bytes, expected.bytes));
      CHECK(same(site.count, expected.count));
      CHECK(same(site.bytes_at_peak, expected.bytes_at_peak));
      CHECK(same(site.count_at_peak, expected.count_at_peak));
      CHECK(same(site.bytes_alive, expected.bytes_alive));
      CHECK(same(site.count_alive, expected.count_alive));
    }
  }

  Random random_;
  World world_;
  Model model_;
  std::vector<OpenPair> windows_;
  std::int64_t heap_[3];
};

TEST("random sequences of all calls give the figures, peaks, survivors and sites that the definitions give") {
  for (unsigned seed = 1; seed <= 6 * Seeds(); ++seed) {
    try {
      Pair(seed).Run(20 + static_cast<int>(seed % 200));
    } catch (const Failure& failure) {
      throw Failure{"seed " + std::to_string(seed) + ", " + failure.message};
    }
  }
}

}  // namespace
}  // namespace test
