// A whole recording, from its beginning to its end, into a file.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include "decoder.h"
#include "harness.h"
#include "recording/recording.h"

namespace test {
namespace {

using namespace memspec;
using namespace memspec::recording;

constexpr std::uint64_t kBlock = 64;

std::string ScratchFile() { return "/tmp/memspec-recording-" + std::to_string(getpid()) + ".memspec"; }

Plan PlanFor(const std::string& file, bool sums = false) {
  Plan plan;
  plan.file = file;
  plan.sums = sums;
  plan.meta = "{\"contents\":\"all\"}";
  plan.timeline_interval_ms = 1;
  plan.host.begin = [](const RecursionGuard&) {};
  plan.host.levels = [](const RecursionGuard&, Levels& levels) { levels.native = 7; };
  plan.host.name = [](const RecursionGuard&) {};
  plan.host.name_last = [](const RecursionGuard&) {};
  return plan;
}

// What thread `index` does: blocks of sizes that tell it and their number, all but one in ten freed again.
void Work(std::uint64_t index, std::uint64_t blocks) {
  const RecursionGuard guard;
  for (std::uint64_t i = 0; i < blocks; ++i) {
    const std::uint64_t address = (index + 1) * 0x1'0000'0000 + i * kBlock;
    Allocated(guard, Space::kNative, 0, address, index * 1'000'000 + i, static_cast<StackId>(index + 1));
    if (i % 10 != 0) Freed(guard, Space::kNative, address);
  }
}

void WorkOnThreads(std::uint64_t threads, std::uint64_t blocks) {
  std::vector<std::thread> all;
  for (std::uint64_t i = 0; i < threads; ++i) all.emplace_back(Work, i, blocks);
  for (std::thread& thread : all) thread.join();
}

TEST("all events of eight threads are in the file, each thread's in its order") {
  constexpr std::uint64_t kThreads = 8;
  const std::uint64_t blocks = Seeds() > 100 ? 200'000 : 20'000;
  const std::string file = ScratchFile();
  const RecursionGuard guard;
  CHECK(Begin(guard, PlanFor(file)).ok);
  CHECK(Begin(guard, PlanFor(file)).already);
  WorkOnThreads(kThreads, blocks);
  const Summary summary = End(guard, Reason::kStop, false, 0, 0);
  CHECK(summary.reason == Reason::kStop);
  bool torn = true;
  const std::vector<Chunk> chunks = ReadChunks(file, &torn);
  CHECK(!torn);
  CHECK_EQUAL(chunks.front().kind, 1);
  CHECK_EQUAL(chunks.back().kind, 5);
  struct stat status;
  CHECK(stat(file.c_str(), &status) == 0);
  CHECK_EQUAL(summary.bytes, static_cast<std::uint64_t>(status.st_size));
  std::map<std::uint64_t, std::uint64_t> next;
  std::uint64_t seen = 0, levels = 0;
  std::map<std::uint64_t, std::uint64_t> freed;
  for (const Record& record : EventsOf(chunks)) {
    ++seen;
    if (record.what == "levels") {
      ++levels;
      continue;
    }
    if (record.what == "allocation") {
      const std::uint64_t index = record.fields[4] - 1;
      CHECK_EQUAL(record.fields[3], index * 1'000'000 + next[index]);
      CHECK_EQUAL(record.fields[2], (index + 1) * 0x1'0000'0000 + next[index] * kBlock);
      ++next[index];
    } else {
      CHECK_EQUAL(record.what, std::string("free"));
      const std::uint64_t index = record.fields[0] / 0x1'0000'0000 - 1;
      CHECK_EQUAL(record.fields[0], (index + 1) * 0x1'0000'0000 + (next[index] - 1) * kBlock);
      ++freed[index];
    }
  }
  CHECK_EQUAL(seen, summary.events);
  CHECK(levels > 0);
  for (std::uint64_t i = 0; i < kThreads; ++i) {
    CHECK_EQUAL(next[i], blocks);
    CHECK_EQUAL(freed[i], blocks - blocks / 10);
  }
  CHECK_EQUAL(DefinitionsOf(chunks).of[8].size() >= kThreads, true);
  unlink(file.c_str());
}

TEST("a stack that is told for the first time waits to be named, once") {
  const std::string file = ScratchFile();
  const RecursionGuard guard;
  CHECK(Begin(guard, PlanFor(file)).ok);
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t stack = 1; stack <= 5; ++stack) {
      Allocated(guard, Space::kNative, 0, 0x1000 * stack, 1, static_cast<StackId>(stack));
    }
  }
  CHECK_EQUAL(FreshStacks(), 5u);
  for (std::uint32_t i = 0; i < 5; ++i) CHECK(FreshStackAt(i).stack == static_cast<StackId>(i + 1));
  End(guard, Reason::kStop, false, 0, 0);
  unlink(file.c_str());
}

TEST("a second recording begins anew") {
  const std::string file = ScratchFile();
  const RecursionGuard guard;
  for (int round = 0; round < 3; ++round) {
    CHECK(Begin(guard, PlanFor(file, round == 1)).ok);
    WorkOnThreads(2, 100);
    End(guard, Reason::kExit, true, round, 0);
    const std::vector<Chunk> chunks = ReadChunks(file);
    CHECK(chunks.back().payload.find("\"exitCode\":" + std::to_string(round)) != std::string::npos);
    CHECK_EQUAL(FreshStacks(), 2u);
    unlink(file.c_str());
  }
}

TEST("sums of eight threads are those of what they did") {
  constexpr std::uint64_t kThreads = 8, kBlocks = 10'000;
  const std::string file = ScratchFile();
  const RecursionGuard guard;
  CHECK(Begin(guard, PlanFor(file, true)).ok);
  WorkOnThreads(kThreads, kBlocks);
  End(guard, Reason::kStop, false, 0, 0);
  Sums sums;
  for (const Chunk& chunk : ReadChunks(file)) {
    if (chunk.kind == 4) sums = DecodeSums(chunk.payload);
  }
  CHECK_EQUAL(sums.rows.size(), kThreads);
  for (const SumsRow& row : sums.rows) {
    CHECK_EQUAL(row.count[0], kBlocks);
    CHECK_EQUAL(row.count[3], kBlocks / 10);
    const std::uint64_t index = row.stack - 1;
    CHECK_EQUAL(row.bytes[0], index * 1'000'000 * kBlocks + kBlocks * (kBlocks - 1) / 2);
    // Every one that was freed was freed at once.
    CHECK_EQUAL(row.count[4], kBlocks - kBlocks / 10);
  }
  unlink(file.c_str());
}

TEST("a file that is there is not replaced unless it may be") {
  const std::string file = ScratchFile();
  const RecursionGuard guard;
  close(open(file.c_str(), O_CREAT | O_WRONLY, 0600));
  CHECK_EQUAL(Begin(guard, PlanFor(file)).error, EEXIST);
  Plan plan = PlanFor(file);
  plan.overwrite = true;
  CHECK(Begin(guard, plan).ok);
  End(guard, Reason::kStop, false, 0, 0);
  CHECK_EQUAL(ReadChunks(file).back().kind, 5);
  unlink(file.c_str());
  plan.file = "/nowhere/at/all.memspec";
  CHECK_EQUAL(Begin(guard, plan).error, ENOENT);
  plan.file = "/dev/full";
  CHECK_EQUAL(Begin(guard, plan).error, ENOSPC);
}

TEST("where the disk takes no more the recording ends, the threads go on, and what is there is whole") {
  const std::string file = ScratchFile();
  signal(SIGXFSZ, SIG_DFL);  // as a program has it: a write that goes beyond the limit must not end it
  const rlimit limit{1'500'000, 1'500'000};
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  const RecursionGuard guard;
  CHECK(Begin(guard, PlanFor(file)).ok);
  WorkOnThreads(4, 200'000);
  const Summary summary = End(guard, Reason::kExit, true, 0, 0);
  CHECK(summary.reason == Reason::kFull);
  CHECK_EQUAL(summary.error, EFBIG);
  CHECK(summary.dropped_bytes > 0);
  bool torn = true;
  const std::vector<Chunk> chunks = ReadChunks(file, &torn);
  CHECK(!torn);
  CHECK_EQUAL(chunks.back().kind, 5);
  CHECK(chunks.back().payload.find("\"reason\":\"full\"") != std::string::npos);
  CHECK(EventsOf(chunks).size() > 10'000);
  unlink(file.c_str());
}

TEST("a child that was forked writes nothing, and ends nothing") {
  const std::string file = ScratchFile();
  const RecursionGuard guard;
  CHECK(Begin(guard, PlanFor(file)).ok);
  Allocated(guard, Space::kNative, 0, 0x1000, 1, StackId::kNone);
  const pid_t child = fork();
  if (child == 0) {
    Allocated(guard, Space::kNative, 0, 0x2000, 1, StackId::kNone);
    End(guard, Reason::kExit, false, 0, 0);
    _exit(Running() || Open() ? 1 : 0);
  }
  int status = 1;
  CHECK_EQUAL(waitpid(child, &status, 0), child);
  CHECK_EQUAL(status, 0);
  Allocated(guard, Space::kNative, 0, 0x3000, 1, StackId::kNone);
  End(guard, Reason::kStop, false, 0, 0);
  std::vector<std::uint64_t> addresses;
  for (const Record& record : EventsOf(ReadChunks(file))) {
    if (record.what == "allocation") addresses.push_back(record.fields[2]);
  }
  CHECK((addresses == std::vector<std::uint64_t>{0x1000, 0x3000}));
  unlink(file.c_str());
}

}  // namespace
}  // namespace test
