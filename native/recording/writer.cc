// The writer's thread: what is full goes into the file, and, a few times a second, what is there.
#include <cstdio>
#include <cstring>
#include <vector>

#include "recording/state.h"

namespace memspec::recording {
namespace {

constexpr std::uint64_t kFlushUs = 250'000;
// Sums are written whole each time: at growing distances, so that they stay a part of the file.
constexpr std::uint64_t kFirstSumsUs = 1'000'000;

void WriteFull() {
  Buffers::Full full;
  for (;;) {
    {
      const SpinGuard hold(g_state.lock);
      if (!g_state.buffers.TakeFull(&full)) return;
    }
    if (full.payload_bytes > 0 &&
        !g_state.file.WriteBuffer(ChunkKind::kEvents, g_state.buffers.Memory(full.index), full.payload_bytes)) {
      g_state.dropped_bytes.fetch_add(full.payload_bytes, std::memory_order_relaxed);
    }
    {
      const SpinGuard hold(g_state.lock);
      g_state.buffers.GiveBack(full.index);
    }
    g_state.buffer.Raise();
  }
}

void MakeOtherBuffers() {
  for (std::uint32_t i = Buffers::kFirst; i < Buffers::kCount; ++i) {
    if (!g_state.buffers.Make(i)) continue;
    const SpinGuard hold(g_state.lock);
    g_state.buffers.GiveBack(i);
  }
}

void WriteCurrent() {
  {
    const SpinGuard hold(g_state.lock);
    if (g_state.buffers.encoder().bytes() == 0 || !g_state.buffers.Switch()) return;
  }
  WriteFull();
}

// An isolate's thread may be naming stacks, and wait for a buffer meanwhile: nobody waits for it but at the end, when no one waits
// for buffers any more.
void WriteNames(bool wait) {
  std::unique_lock hold(AllNames().mutex(), std::defer_lock);
  if (wait) {
    hold.lock();
  } else if (!hold.try_lock()) {
    return;
  }
  const std::vector<std::string> chunks = AllNames().Take();
  hold.unlock();
  for (const std::string& chunk : chunks) g_state.file.WriteChunk(ChunkKind::kDefinitions, chunk);
}

void WriteSums() {
  std::size_t bytes = 0;
  {
    const SpinGuard hold(g_state.lock);
    bytes = g_state.aggregator.CopyBytes();
  }
  for (;;) {
    bytes += bytes / 8 + PageSize();
    void* const copy = MapOwn(bytes, Backing::kNow);
    if (copy == nullptr) return;
    bool copied = false;
    {
      const SpinGuard hold(g_state.lock);
      copied = g_state.aggregator.Copy(copy, bytes);
    }
    if (copied) g_state.file.WriteChunk(ChunkKind::kSums, Aggregator::Encode(copy, NowUs()));
    UnmapOwn(copy, bytes, Backing::kNow);
    if (copied) return;
  }
}

const char* NameOf(Reason reason) {
  switch (reason) {
    case Reason::kExit: return "exit";
    case Reason::kStop: return "stop";
    case Reason::kFull: return "full";
    case Reason::kSlow: return "slow";
  }
  return "stop";
}

// The system's messages have neither quotes nor backslashes; what has is not written.
std::string Plain(const char* text) {
  std::string plain;
  for (; *text != '\0'; ++text) {
    if (static_cast<unsigned char>(*text) >= 0x20 && *text != '"' && *text != '\\') plain += *text;
  }
  return plain;
}

std::string EndChunk(Reason reason, const char* detail) {
  char exit_code[16] = "null";
  if (g_state.exit_code_known) std::snprintf(exit_code, sizeof exit_code, "%d", g_state.exit_code);
  std::uint64_t blocks = g_state.missed_in_all.load(std::memory_order_relaxed);
  std::uint64_t stacks = g_state.dropped_stacks;
  {
    const SpinGuard hold(g_state.lock);
    if (g_state.sums) {
      blocks += g_state.aggregator.blocks_dropped();
      stacks += g_state.aggregator.rows_dropped();
    }
  }
  char text[1024];
  std::snprintf(text, sizeof text,
                "{\"time\":%llu,\"reason\":\"%s\",\"detail\":\"%s\",\"exitCode\":%s,\"dropped\":{\"stacks\":%llu,\"blocks\":%llu,"
                "\"unknownFrees\":%llu,\"bytes\":%llu}}",
                static_cast<unsigned long long>(NowUs()), NameOf(reason), Plain(detail).c_str(), exit_code,
                static_cast<unsigned long long>(stacks), static_cast<unsigned long long>(blocks),
                static_cast<unsigned long long>(g_state.unknown_frees.load(std::memory_order_relaxed)),
                static_cast<unsigned long long>(g_state.dropped_bytes.load(std::memory_order_relaxed)));
  return text;
}

void WriteAll() {
  WriteFull();
  WriteCurrent();
  WriteNames(true);
  if (g_state.sums) WriteSums();
}

}  // namespace

void* RunWriter(void*) {
  const RecursionGuard guard;  // for the thread's life: it is nobody's memory
  MakeOtherBuffers();
  std::uint64_t flushed = MonotonicUs();
  std::uint64_t next_sums = flushed + kFirstSumsUs;
  bool last = false;
  while (!last) {
    const std::uint32_t seen = g_state.writer.seen();
    {
      const SpinGuard hold(g_state.lock);
      const bool by_itself = g_state.reason == Reason::kFull || g_state.reason == Reason::kSlow;
      last = !g_state.running && (by_itself || g_state.finishing.load(std::memory_order_acquire));
    }
    WriteFull();
    const std::uint64_t now = MonotonicUs();
    if (!last && now - flushed >= kFlushUs) {
      WriteCurrent();
      WriteNames(false);
      flushed = now;
      if (g_state.sums && now >= next_sums) {
        WriteSums();
        next_sums = now + (now - g_state.began_us) / 4 + kFirstSumsUs;
      }
    }
    if (!last && g_state.file.error() != 0) {
      StopRunning(Reason::kFull);
      last = true;
    }
    if (!last) g_state.writer.Wait(seen, kFlushUs / 1000);
  }
  WriteAll();
  if (g_state.file.error() != 0) g_state.reason = Reason::kFull;  // the lock is not needed: nothing runs
  if (g_state.reason == Reason::kFull) {
    g_state.file.WriteLast(EndChunk(Reason::kFull, std::strerror(g_state.file.error())));
  } else {
    const char* const detail = g_state.reason == Reason::kSlow ? "the disk did not take events as fast as they came" : "";
    g_state.file.WriteLast(EndChunk(g_state.reason, detail));
  }
  g_state.file.Close();
  return nullptr;
}

}  // namespace memspec::recording
