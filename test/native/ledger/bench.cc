// Cost of the ledger alone: one thread, one free and one allocation over a set of live blocks. Prints nanoseconds a pair.
// Not a test: nothing is asserted on time. Build and run: see ledger.test.ts for the flags, or
//   g++ -std=c++20 -O2 -I native native/base/*.cc native/ledger/*.cc test/native/ledger/bench.cc -o /tmp/bench && /tmp/bench
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "base/thread_state.h"
#include "ledger/ledger.h"

using namespace memspec;
using namespace memspec::ledger;

namespace {

constexpr auto kDomain = static_cast<DomainId>(1);

std::uint64_t g_random = 88172645463325252u;
std::uint64_t Random() {
  g_random ^= g_random << 13;
  g_random ^= g_random >> 7;
  g_random ^= g_random << 17;
  return g_random;
}

struct Live {
  void* address;
  std::uint32_t bytes;
};

// Addresses as an allocator would give them: a freed block's address comes again.
double NanosecondsPerPair(std::size_t live_blocks, std::size_t pairs, const Sample& sample) {
  const RecursionGuard guard;
  std::vector<Live> live(live_blocks);
  std::uint64_t next = 0x7f0000000000;
  for (Live& block : live) {
    block = {reinterpret_cast<void*>(next), static_cast<std::uint32_t>(16 + Random() % 4081)};
    next += (block.bytes + 31) & ~std::uint64_t{15};
    Allocate(guard, block.address, block.bytes, Space::kNative, kDomain, sample);
  }
  // Read in order, so that the loop itself misses no cache: a real hook has its address in a register.
  std::vector<Live> order(1 << 16);
  for (auto& block : order) block = live[Random() % live_blocks];
  Block was;
  double best = 1e9;  // of eight: other programs share the machine
  for (int part = 0; part < 8; ++part) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < pairs / 8; ++i) {
      const Live& block = order[i & 0xffff];
      Free(guard, block.address, &was);
      Allocate(guard, block.address, block.bytes, Space::kNative, kDomain, sample);
    }
    const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - start;
    best = std::min(best, elapsed.count() / static_cast<double>(pairs / 8));
  }
  for (const Live& block : live) Free(guard, block.address, &was);
  return best;
}

}  // namespace

int main() {
  const RecursionGuard guard;
  t_thread.domain = kDomain;
  constexpr std::size_t kPairs = 5'000'000;
  for (const std::size_t live : {100u, 5'000u, 50'000u}) {
    std::printf("no window,    %6zu live      %6.1f ns\n", live, NanosecondsPerPair(live, kPairs, Sample{}));
    const WindowId id = Open(guard, kDomain, 0);
    std::printf("one window,   %6zu live      %6.1f ns\n", live, NanosecondsPerPair(live, kPairs, Sample{}));
    const WindowId process = Open(guard, kProcessScope, 0);
    std::printf("and process,  %6zu live      %6.1f ns\n", live, NanosecondsPerPair(live, kPairs, Sample{}));
    Close(guard, kProcessScope, process, 0);
    Forget(guard, kProcessScope, process);
    const Sample sample{static_cast<StackId>(1), 100, 1};
    std::printf("all sampled,  %6zu live      %6.1f ns\n", live, NanosecondsPerPair(live, 1'000'000, sample));
    Close(guard, kDomain, id, 0);
    Forget(guard, kDomain, id);
  }
  std::printf("own memory %llu bytes\n", static_cast<unsigned long long>(OwnBytes()));
}
