#include "patterns.h"

#include <pthread.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "kept.h"

namespace probe {

constinit KeptBlocks g_kept;

namespace {

// A compiler may drop an allocation whose block nobody looks at.
template <typename T>
T* Seen(T* block) {
  T* same;
  asm volatile("" : "=r"(same) : "0"(block) : "memory");
  return same;
}

struct Work {
  const AllocationFunction* function;
  std::size_t bytes, count, keep;
  pthread_barrier_t* barrier;  // nullptr: alone
  void** blocks;               // count of them
  bool ok;
};

constexpr std::size_t kMaxBlocks = 1 << 20;
void* g_blocks[kMaxBlocks];

void* RunWork(void* data) {
  auto& work = *static_cast<Work*>(data);
  if (work.barrier != nullptr) pthread_barrier_wait(work.barrier);
  for (std::size_t i = 0; i < work.count; i++) {
    work.blocks[i] = Seen(work.function->allocate(work.bytes + i));
    if (work.blocks[i] == nullptr) work.ok = false;
  }
  if (work.barrier != nullptr) pthread_barrier_wait(work.barrier);  // here all threads hold all their blocks
  for (std::size_t i = 0; i < work.count; i++) {
    if (i < work.keep) {
      g_kept.Add(work.blocks[i], work.bytes + i, work.function);
    } else {
      work.function->release(work.blocks[i], work.bytes + i);
    }
  }
  return nullptr;
}

std::uint64_t SumOfSizes(std::size_t bytes, std::size_t count) { return count * bytes + count * (count - 1) / 2; }

}  // namespace

Truth AllocateOnThreads(const AllocationFunction& function, int threads, std::size_t bytes, std::size_t count,
                        std::size_t keep) {
  Truth truth;
  const int workers = threads == 0 ? 1 : threads;
  if (threads > kMaxThreads || workers * count > kMaxBlocks || keep > count || count == 0) return {.ok = false};
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, static_cast<unsigned>(workers));
  Work work[kMaxThreads];
  pthread_t ids[kMaxThreads];
  for (int i = 0; i < workers; i++) {
    work[i] = {&function, bytes, count, keep, threads == 0 ? nullptr : &barrier,
               g_blocks + static_cast<std::size_t>(i) * count, true};
    if (threads == 0) {
      RunWork(&work[i]);
    } else if (pthread_create(&ids[i], nullptr, RunWork, &work[i]) != 0) {
      abort();  // the barrier would wait for ever
    }
  }
  for (int i = 0; i < workers; i++) {
    if (threads != 0) pthread_join(ids[i], nullptr);
    truth.ok = truth.ok && work[i].ok;
  }
  pthread_barrier_destroy(&barrier);
  const auto each = static_cast<std::uint64_t>(workers);
  truth.count = each * count;
  truth.bytes = truth.peak_bytes = each * SumOfSizes(bytes, count);
  truth.frees = each * (count - keep);
  truth.live_blocks = each * keep;
  truth.live_bytes = keep == 0 ? 0 : each * SumOfSizes(bytes, keep);
  return truth;
}

std::uint64_t FreeKept() { return g_kept.FreeAll(); }

Truth EveryFunction(std::size_t bytes) {
  Truth truth;
  std::size_t count = 0;
  const AllocationFunction* const functions = AllFunctions(&count);
  for (std::size_t i = 0; i < count; i++) {
    void* const block = Seen(functions[i].allocate(bytes));
    if (block == nullptr) truth.ok = false;
    functions[i].release(block, bytes);
  }
  truth.count = truth.frees = count;
  truth.bytes = count * bytes;
  truth.peak_bytes = bytes;
  return truth;
}

Truth ReallocChain(std::size_t first, std::size_t step, int steps) {
  Truth truth;
  std::size_t bytes = first;
  void* block = Seen(malloc(bytes));
  truth.count = 1;
  truth.bytes = truth.peak_bytes = bytes;
  for (int i = 0; i < steps; i++) {
    bytes += step;
    block = Seen(realloc(block, bytes));
    if (block == nullptr) return {.ok = false};
    truth.count++;
    truth.frees++;
    truth.bytes += bytes;
    truth.peak_bytes = bytes;  // the old block is gone when the new one is there
  }
  free(block);
  truth.frees++;
  return truth;
}

Truth FailedReallocs(std::size_t bytes) {
  void* const first = Seen(malloc(bytes));
  void* const second = Seen(malloc(bytes));
  std::memset(first, 0x5a, bytes);
  volatile std::size_t far_too_big = SIZE_MAX / 4;
  // Laundered, because a compiler takes a block that went through realloc for gone, whatever came of it.
  void* const grown = Seen(realloc(Seen(first), far_too_big));
  void* const overflown = Seen(reallocarray(Seen(second), far_too_big, 16));
  void* const array = Seen(reallocarray(Seen(second), far_too_big / 16, 16));
  const AllocationFunction* const by_malloc = FindFunction("malloc");
  g_kept.Add(first, bytes, by_malloc);
  g_kept.Add(second, bytes, by_malloc);
  return {.count = 2,
          .bytes = 2 * bytes,
          .frees = 0,
          .peak_bytes = 2 * bytes,
          .live_bytes = 2 * bytes,
          .live_blocks = 2,
          .ok = grown == nullptr && overflown == nullptr && array == nullptr &&
                static_cast<unsigned char*>(first)[bytes - 1] == 0x5a};
}

Truth EdgeCases() {
  Truth truth;
  volatile std::size_t zero = 0, huge = SIZE_MAX / 2, odd_alignment = 24;
  void* const empty = Seen(malloc(zero));  // libc gives a block of no bytes: an allocation
  truth.count++;
  truth.ok &= empty != nullptr;
  free(empty);
  truth.frees++;
  errno = 0;
  truth.ok &= Seen(calloc(huge, 4)) == nullptr && errno == ENOMEM;
  errno = 0;
  truth.ok &= Seen(malloc(huge)) == nullptr && errno == ENOMEM;
  void* block = nullptr;
  truth.ok &= posix_memalign(&block, odd_alignment, 64) == EINVAL && block == nullptr;
  truth.ok &= posix_memalign(&block, 64, huge) == ENOMEM;
  void* const taken = Seen(malloc(100));
  truth.count++;
  truth.bytes += 100;
  truth.peak_bytes = 100;
  truth.ok &= Seen(realloc(taken, zero)) == nullptr;  // glibc: frees it
  truth.frees++;
  void* const none = nullptr;
  free(none);
  operator delete(none);
  void* const from_null = Seen(realloc(none, zero));  // as malloc(0)
  truth.count++;
  truth.ok &= from_null != nullptr;
  free(from_null);
  truth.frees++;
  return truth;
}

Truth LibcTexts() {
  Truth truth;
  char* const copy = Seen(strdup("a text of 24 characters."));
  char* const part = Seen(strndup("a text", 4));
  char* printed = nullptr;
  const int length = asprintf(&printed, "%s and %d", "some text", 12345);
  truth.ok = copy != nullptr && part != nullptr && length == 19;
  truth.count = 3;
  truth.bytes = 25 + 5 + 20;
  char text[] = "one line\nanother\n";
  FILE* const stream = fmemopen(text, sizeof text - 1, "r");
  char* line = nullptr;
  std::size_t capacity = 0;
  truth.ok = truth.ok && stream != nullptr && getline(&line, &capacity, stream) == 9;
  truth.count++;
  truth.bytes += capacity;
  fclose(stream);
  free(line);
  free(printed);
  free(part);
  free(copy);
  return truth;
}

Truth ThrowingNew(std::size_t bytes) {
  Truth truth;
  volatile std::size_t huge = SIZE_MAX / 4;
  truth.ok = false;
  try {
    ::operator delete(Seen(::operator new(huge)));
  } catch (const std::bad_alloc&) {
    truth.ok = true;
  }
  truth.ok = truth.ok && ::operator new(huge, std::nothrow) == nullptr;
  for (int i = 0; i < 3; i++) ::operator delete(Seen(::operator new(bytes)));
  truth.count = truth.frees = 3;
  truth.bytes = 3 * bytes;
  truth.peak_bytes = bytes;
  return truth;
}

Truth ShortLivedThreads(int rounds, int threads, std::size_t bytes) {
  Truth truth;
  for (int i = 0; i < rounds; i++) {
    const Truth round = AllocateOnThreads(*FindFunction("malloc"), threads, bytes, 10, 0);
    truth.ok = truth.ok && round.ok;
    truth.count += round.count;
    truth.bytes += round.bytes;
    truth.frees += round.frees;
    truth.peak_bytes = round.peak_bytes;
  }
  return truth;
}

int ErrnoAfterCalls(int value) {
  errno = value;
  void* block = Seen(malloc(100));
  if (errno != value) return errno;
  free(block);
  if (errno != value) return errno;
  block = Seen(calloc(3, 40));
  if (errno != value) return errno;
  block = Seen(realloc(block, 4000));
  if (errno != value) return errno;
  ::operator delete(Seen(::operator new(10)));
  if (errno != value) return errno;
  free(block);
  if (posix_memalign(&block, 64, 64) != 0 || errno != value) return errno;
  free(block);
  void* const mapping = mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (errno != value) return errno;
  mprotect(mapping, 4096, PROT_NONE);
  munmap(mapping, 8192);
  return errno;
}

}  // namespace probe
