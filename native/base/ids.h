// Strong ids: values that must never be mixed up with one another or with plain numbers.
#pragma once
#include <cstdint>

namespace memspec {

// Who owns a thread or a block: one isolate, or nobody (libuv's pool, an addon's threads).
// Low byte: slot; high byte: generation, so that a slot can be used again.
// kMainThread: the process's main thread while its isolate has not loaded memspec (a runner's, whose tests run in worker
// threads). It has a program of its own, so it is no helper: the process's scope counts it, and no isolate's.
enum class DomainId : std::uint16_t { kHelpers = 0, kMainThread = 0x00fe };
inline constexpr int kMaxDomains = 256;  // slots; slot 0 is the helpers
constexpr int SlotOf(DomainId id) { return static_cast<int>(id) & 0xff; }

// A captured call stack in the process-wide stack table. kNone: not sampled.
enum class StackId : std::uint32_t { kNone = 0 };

// A measurement window inside a scope.
enum class WindowId : std::uint32_t { kInvalid = 0xffffffff };

}  // namespace memspec
