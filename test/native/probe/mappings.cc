#include "mappings.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

namespace probe {
namespace {

constexpr int kReadWrite = PROT_READ | PROT_WRITE;
constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;
const auto kPage = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));

// Keeps count of what the calls did, in plain terms.
class Sequence {
 public:
  char* Map(std::uint64_t bytes, int protection, char* at = nullptr) {
    void* const mapping = mmap(at, bytes, protection, at == nullptr ? kPrivate : kPrivate | MAP_FIXED, -1, 0);
    truth.ok = truth.ok && mapping != MAP_FAILED && (at == nullptr || mapping == at);
    Count(protection, bytes);
    return static_cast<char*>(mapping);
  }
  void Protect(char* at, std::uint64_t bytes, int protection) {
    truth.ok = truth.ok && mprotect(at, bytes, protection) == 0;
    Count(protection, bytes);
  }
  char* Remap(char* at, std::uint64_t old_bytes, std::uint64_t bytes, int flags, char* to = nullptr) {
    void* const mapping = mremap(at, old_bytes, bytes, flags, to);
    truth.ok = truth.ok && mapping != MAP_FAILED;
    Count(kReadWrite, bytes);
    return static_cast<char*>(mapping);
  }
  void Unmap(char* at, std::uint64_t bytes) { truth.ok = truth.ok && munmap(at, bytes) == 0; }
  // What is accessible now, as the caller knows.
  void Level(std::uint64_t bytes) {
    truth.live_bytes = bytes;
    if (bytes > truth.peak_bytes) truth.peak_bytes = bytes;
  }
  MappingTruth truth;

 private:
  void Count(int protection, std::uint64_t bytes) {
    (protection == PROT_NONE ? truth.reserved_calls : truth.mapped_calls)++;
    (protection == PROT_NONE ? truth.reserved_bytes : truth.mapped_bytes) += bytes;
  }
};

}  // namespace

MappingTruth MapAndUnmap(std::uint64_t pages) {
  Sequence sequence;
  const std::uint64_t half = pages / 2 * kPage, all = 2 * half;
  char* const mapping = sequence.Map(all, kReadWrite);
  sequence.Level(all);
  mapping[all - 1] = 1;
  sequence.Unmap(mapping, half);
  sequence.Level(half);
  sequence.Unmap(mapping + half, half);
  sequence.Level(0);
  return sequence.truth;
}

MappingTruth ReserveAndCommit(std::uint64_t pages) {
  Sequence sequence;
  const std::uint64_t quarter = pages / 4 * kPage;
  char* const mapping = sequence.Map(4 * quarter, PROT_NONE);
  sequence.Protect(mapping, 2 * quarter, kReadWrite);
  sequence.Level(2 * quarter);
  mapping[0] = 1;
  sequence.Protect(mapping, quarter, PROT_NONE);
  sequence.Level(quarter);
  sequence.Unmap(mapping, 4 * quarter);
  sequence.Level(0);
  return sequence.truth;
}

MappingTruth Remap(std::uint64_t pages) {
  Sequence sequence;
  const std::uint64_t bytes = pages * kPage;
  char* mapping = sequence.Map(bytes, kReadWrite);
  sequence.Level(bytes);
  mapping = sequence.Remap(mapping, bytes, 2 * bytes, MREMAP_MAYMOVE);
  sequence.Level(2 * bytes);
  mapping = sequence.Remap(mapping, 2 * bytes, bytes / 2, 0);
  sequence.Level(bytes / 2);
  char* const target = sequence.Map(bytes / 2, kReadWrite);
  sequence.Level(bytes);
  mapping = sequence.Remap(mapping, bytes / 2, bytes / 2, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  sequence.Level(bytes / 2);
  sequence.truth.ok = sequence.truth.ok && mapping == target;
  sequence.Unmap(mapping, bytes / 2);
  sequence.Level(0);
  return sequence.truth;
}

MappingTruth MapOver(std::uint64_t pages) {
  Sequence sequence;
  const std::uint64_t half = pages / 2 * kPage;
  char* const mapping = sequence.Map(2 * half, kReadWrite);
  sequence.Level(2 * half);
  sequence.Map(half, PROT_NONE, mapping);
  sequence.Level(half);
  sequence.Unmap(mapping, 2 * half);
  sequence.Level(0);
  return sequence.truth;
}

MappingTruth FailingCalls() {
  MappingTruth truth;
  char odd = 0;
  volatile std::uintptr_t bad = reinterpret_cast<std::uintptr_t>(&odd) | 1;
  void* const bad_address = reinterpret_cast<void*>(bad);
  void* const nowhere = reinterpret_cast<void*>(kPage);
  truth.ok = munmap(bad_address, kPage) != 0 && mprotect(bad_address, kPage, PROT_READ) != 0 &&
             mmap(nullptr, 0, kReadWrite, kPrivate, -1, 0) == MAP_FAILED &&
             mremap(nowhere, kPage, 2 * kPage, MREMAP_MAYMOVE) == MAP_FAILED;
  return truth;
}

MappingTruth MapOnThreads(int threads, std::uint64_t pages, std::uint64_t count) {
  static constexpr int kMaxThreads = 64;
  struct Work {
    pthread_barrier_t* barrier;
    std::uint64_t bytes, count;
    bool ok;
  };
  pthread_barrier_t barrier;
  Work work[kMaxThreads];
  pthread_t ids[kMaxThreads];
  if (threads < 1 || threads > kMaxThreads || count > 256) return {.ok = false};
  pthread_barrier_init(&barrier, nullptr, static_cast<unsigned>(threads));
  for (int i = 0; i < threads; i++) {
    work[i] = {&barrier, pages * kPage, count, true};
    const auto body = [](void* data) -> void* {
      auto& mine = *static_cast<Work*>(data);
      void* mappings[256];
      for (std::uint64_t m = 0; m < mine.count; m++) {
        mappings[m] = mmap(nullptr, mine.bytes, kReadWrite, kPrivate, -1, 0);
        mine.ok = mine.ok && mappings[m] != MAP_FAILED;
      }
      pthread_barrier_wait(mine.barrier);
      for (std::uint64_t m = 0; m < mine.count; m++) munmap(mappings[m], mine.bytes);
      return nullptr;
    };
    if (pthread_create(&ids[i], nullptr, body, &work[i]) != 0) abort();
  }
  MappingTruth truth;
  for (int i = 0; i < threads; i++) {
    pthread_join(ids[i], nullptr);
    truth.ok = truth.ok && work[i].ok;
  }
  pthread_barrier_destroy(&barrier);
  truth.mapped_calls = static_cast<std::uint64_t>(threads) * count;
  truth.mapped_bytes = truth.peak_bytes = truth.mapped_calls * pages * kPage;
  return truth;
}

}  // namespace probe
