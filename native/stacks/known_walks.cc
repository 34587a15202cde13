#include "stacks/known_walks.h"

namespace memspec::stacks {

KnownWalks::~KnownWalks() {
  if (memory_ != nullptr) UnmapOwn(memory_, sizeof(Memory), Backing::kNow);
}

std::uint64_t KnownWalks::HashOf(const hooks::Frame& frame, const hooks::AddressRange& stack) {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15u;
  std::uint64_t hash = (frame.return_address ^ frame.stack_pointer) * kFactor;
  std::uintptr_t from = frame.stack_pointer;
  std::uintptr_t at = frame.frame_pointer;
  for (int i = 0; i < kHashedFrames; ++i) {
    if (at % sizeof(void*) != 0 || at < from || at + sizeof(void*) >= stack.end) break;
    hash = (hash ^ WordAt(at + sizeof(void*))) * kFactor;
    from = at + 2 * sizeof(void*);
    at = WordAt(at);
  }
  return hash;
}

bool KnownWalks::IsSame(const Known& known) const {
  const Word* const words = memory_->words + known.first_word;
  for (std::uint32_t i = 0; i < known.words; ++i) {
    if (WordAt(words[i].at) != words[i].value) return false;
  }
  return true;
}

StackId KnownWalks::Find(std::uint64_t hash, const hooks::Frame& frame, bool only_javascript,
                         std::uint32_t object_generation, std::uint32_t code_epoch) {
  if (code_epoch != code_epoch_ || object_generation != object_generation_) {
    Forget();
    code_epoch_ = code_epoch;
    object_generation_ = object_generation;
  }
  if (memory_ == nullptr) return StackId::kNone;
  for (const Known& known : memory_->known[(hash >> 32) % kSets]) {
    if (known.round == round_ && known.hash == hash && known.only_javascript == only_javascript &&
        known.return_address == frame.return_address && known.stack_pointer == frame.stack_pointer &&
        known.frame_pointer == frame.frame_pointer && IsSame(known)) {
      return known.id;
    }
  }
  return StackId::kNone;
}

void KnownWalks::Add(std::uint64_t hash, const WalkMemory& walk) {
  if (walk.code_epoch != code_epoch_ || walk.object_generation != object_generation_) return;
  if (memory_ == nullptr) {
    if (refused_) return;
    memory_ = static_cast<Memory*>(MapOwn(sizeof(Memory), Backing::kNow));
    refused_ = memory_ == nullptr;
    if (refused_) return;
  }
  if (walk.steps * 4 > kWords - used_words_) Forget();
  Known* const set = memory_->known[(hash >> 32) % kSets];
  Known* place = set + turn_++ % kWays;
  for (std::size_t i = 0; i < kWays; ++i) {
    if (set[i].round != round_) place = set + i;
  }
  const std::uint32_t first = used_words_;
  Word* to = memory_->words + first;
  for (std::size_t i = 0; i < walk.steps; ++i) {
    const WalkStep& step = walk.step[i];
    if (i > 0) {
      *to++ = {step.return_at, step.return_address};
      if (step.frame_pointer_at != 0) *to++ = {step.frame_pointer_at, step.frame_pointer};
    }
    if (!step.has_slots) continue;
    *to++ = {step.frame_pointer - kBytecodeArraySlot, step.slots[0]};
    *to++ = {step.frame_pointer - kBytecodeOffsetSlot, step.slots[1]};
  }
  used_words_ = static_cast<std::uint32_t>(to - memory_->words);
  const WalkStep& innermost = walk.step[0];
  *place = {hash,     innermost.return_address, innermost.stack_pointer, innermost.frame_pointer, first, used_words_ - first,
            walk.id, round_,                   walk.only_javascript};
}

void KnownWalks::Forget() {
  used_words_ = 0;
  // A place that was never used has round 0.
  if (++round_ == 0) round_ = 1;
}

}  // namespace memspec::stacks
