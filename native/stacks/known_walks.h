// Stacks of an isolate's thread that were walked, so that one that comes again is known by comparing what a walk would read: a loop has
// the same few dozen stacks all the time, in turn. Isolate's own thread only; hot path.
//
// When it is the same: walk_memory.h says. It is looked up by a hash of the return addresses along frame pointers, which proves
// nothing (there may be none, and the interpreter's frames look alike): all words that the walk came through decide.
// Capacity: kWays stacks in each of kSets, kWords words in all. In a full set the next in turn goes; when words run out, or when addresses may mean
// something else than before, all go.
#pragma once
#include <cstdint>

#include "base/ids.h"
#include "base/own_memory.h"
#include "hooks/unwind.h"
#include "stacks/walk_memory.h"

namespace memspec::stacks {

class KnownWalks {
 public:
  KnownWalks() = default;
  ~KnownWalks();
  KnownWalks(const KnownWalks&) = delete;
  KnownWalks& operator=(const KnownWalks&) = delete;

  // Of a stack that begins at `frame` and lies in `stack`.
  static std::uint64_t HashOf(const hooks::Frame& frame, const hooks::AddressRange& stack);

  // kNone: it has to be walked.
  StackId Find(std::uint64_t hash, const hooks::Frame& frame, bool only_javascript, std::uint32_t object_generation,
               std::uint32_t code_epoch);
  void Add(std::uint64_t hash, const WalkMemory& walk);
  void Forget();

 private:
  static constexpr std::size_t kSets = 512, kWays = 4;
  static constexpr int kHashedFrames = 12;

  struct Word {
    std::uintptr_t at, value;
  };
  struct Known {
    std::uint64_t hash;
    std::uintptr_t return_address, stack_pointer, frame_pointer;  // of the innermost frame
    std::uint32_t first_word, words;
    StackId id;
    std::uint32_t round;  // other than round_: forgotten
    bool only_javascript;
  };
  // One huge page: a stack's words are read in a row, and those of the next lie elsewhere.
  static constexpr std::size_t kWords = (kHugePage - kSets * kWays * sizeof(Known)) / sizeof(Word);
  struct Memory {
    Known known[kSets][kWays];
    Word words[kWords];
  };
  static_assert(sizeof(Memory) == kHugePage);

  bool IsSame(const Known& known) const;

  Memory* memory_ = nullptr;
  bool refused_ = false;  // there was no memory
  std::uint32_t round_ = 1;
  std::uint32_t used_words_ = 0;
  std::uint32_t turn_ = 0;
  std::uint32_t object_generation_ = 0, code_epoch_ = 0;
};

}  // namespace memspec::stacks
