#include "ledger/mapping_table.h"

#include <algorithm>

namespace memspec::ledger {

bool MappingTable::HasMemory() {
  {
    SpinGuard guard(lock_);
    if (pieces_ != nullptr) return true;
  }
  void* memory = MapOwn(kBytes, Backing::kLazily);
  if (memory == nullptr) return false;
  {
    SpinGuard guard(lock_);
    if (pieces_ == nullptr) {
      pieces_ = static_cast<Piece*>(memory);
      return true;
    }
  }
  UnmapOwn(memory, kBytes, Backing::kLazily);  // another thread was first
  return true;
}

bool MappingTable::RemoveOne(std::uint64_t start, std::uint64_t end, Removed* removed) {
  SpinGuard guard(lock_);
  const std::uint32_t index = FirstOverlapping(start, end);
  if (index == kNone) return false;
  Piece& piece = pieces_[index];
  removed->mapping = piece.mapping;
  removed->whole = false;
  removed->dropped_rest = false;

  const bool keeps_front = piece.start < start;
  const bool keeps_back = piece.end > end;
  // `start` is a page's, so a piece that reaches it has requested bytes behind it.
  const std::uint64_t cut_start = std::max(piece.start, start);
  removed->bytes = std::min(piece.end, end) - cut_start;

  if (keeps_front && keeps_back) {
    const std::uint32_t back = NewPiece();
    if (back == kNone) {
      removed->bytes = piece.end - cut_start;
      removed->dropped_rest = true;
    } else {
      Piece& rest = pieces_[back];
      rest = piece;
      rest.start = end;
      rest.counts = false;
      rest.previous_of_mapping = index;
      pieces_[rest.next_of_mapping].previous_of_mapping = back;
      piece.next_of_mapping = back;
      Link(back);
    }
    piece.end = start;
  } else if (keeps_front) {
    piece.end = cut_start;
  } else if (keeps_back) {
    piece.start = end;  // still between its neighbours: the order of the tree holds
  } else {
    Unlink(index);
    removed->whole = LeaveRing(index);
    DeletePiece(index);
  }
  alive_bytes_[static_cast<std::size_t>(removed->mapping.space)] -= static_cast<std::int64_t>(removed->bytes);
  return true;
}

MappingTable::Inserted MappingTable::Insert(std::uint64_t start, std::uint64_t end, Mapping& mapping) {
  if (!HasMemory()) return Inserted::kNoRoom;
  SpinGuard guard(lock_);
  if (FirstOverlapping(start, RoundUpToPage(end)) != kNone) return Inserted::kTaken;
  const std::uint32_t index = NewPiece();
  if (index == kNone) return Inserted::kNoRoom;
  if (mapping.sample != 0) {
    if (++last_sample_ == 0) last_sample_ = 1;
    mapping.sample = last_sample_;
  }
  Piece& piece = pieces_[index];
  piece.start = start;
  piece.end = end;
  piece.mapping = mapping;
  piece.next_of_mapping = piece.previous_of_mapping = index;
  piece.counts = true;
  Link(index);
  alive_bytes_[static_cast<std::size_t>(mapping.space)] += static_cast<std::int64_t>(end - start);
  return Inserted::kYes;
}

void MappingTable::SetBirth(std::uint64_t start, const Mapping& mapping, std::uint32_t birth) {
  SpinGuard guard(lock_);
  const std::uint32_t index = LastAtOrBelow(start);
  if (index == kNone) return;
  Piece& piece = pieces_[index];
  if (piece.start == start && piece.mapping.birth == mapping.birth && piece.mapping.sample == mapping.sample) {
    piece.mapping.birth = birth;
  }
}

bool MappingTable::FindGap(std::uint64_t start, std::uint64_t end, std::uint64_t* gap_start, std::uint64_t* gap_end) {
  SpinGuard guard(lock_);
  const std::uint64_t covered_end = RoundUpToPage(end);
  for (std::uint64_t at = start;;) {
    const std::uint32_t index = FirstOverlapping(at, covered_end);
    if (index == kNone || pieces_[index].start > at) {
      *gap_start = at;
      *gap_end = index == kNone ? end : pieces_[index].start;
      return at < end;
    }
    at = RoundUpToPage(pieces_[index].end);
    if (at >= end) return false;
  }
}

bool MappingTable::Covers(std::uint64_t address) {
  SpinGuard guard(lock_);
  const std::uint32_t index = LastAtOrBelow(address);
  return index != kNone && RoundUpToPage(pieces_[index].end) > address;
}

std::size_t MappingTable::Copy(std::uint64_t from, Piece* out, std::size_t capacity) {
  SpinGuard guard(lock_);
  std::size_t count = 0;
  for (; count < capacity; ++count) {
    const std::uint32_t index = FirstAtOrAbove(from);
    if (index == kNone) break;
    out[count] = pieces_[index];
    from = pieces_[index].start + 1;
  }
  return count;
}

void MappingTable::AddAlive(Levels& levels) {
  SpinGuard guard(lock_);
  for (int space = 0; space < kSpaceCount; ++space) levels.bytes[space] += alive_bytes_[space];
}

std::uint64_t MappingTable::touched_bytes() {
  SpinGuard guard(lock_);
  return pieces_ == nullptr ? 0 : RoundUpToPage(never_used_ * sizeof(Piece));
}

std::uint32_t MappingTable::NewPiece() {
  std::uint32_t index = first_unused_;
  if (index != kNone) {
    first_unused_ = pieces_[index].left;
  } else if (never_used_ < kCapacity) {
    index = never_used_++;
  }
  return index;
}

void MappingTable::DeletePiece(std::uint32_t index) {
  pieces_[index].left = first_unused_;
  first_unused_ = index;
}

// True: it was the last of its mapping.
bool MappingTable::LeaveRing(std::uint32_t index) {
  const Piece& piece = pieces_[index];
  if (piece.next_of_mapping == index) return true;
  pieces_[piece.previous_of_mapping].next_of_mapping = piece.next_of_mapping;
  pieces_[piece.next_of_mapping].previous_of_mapping = piece.previous_of_mapping;
  if (piece.counts) pieces_[piece.next_of_mapping].counts = true;
  return false;
}

std::uint32_t MappingTable::LastAtOrBelow(std::uint64_t address) const {
  std::uint32_t found = kNone;
  for (std::uint32_t at = root_; at != kNone;) {
    const Piece& piece = pieces_[at];
    if (piece.start <= address) found = at;
    at = piece.start <= address ? piece.right : piece.left;
  }
  return found;
}

std::uint32_t MappingTable::FirstAtOrAbove(std::uint64_t address) const {
  std::uint32_t found = kNone;
  for (std::uint32_t at = root_; at != kNone;) {
    const Piece& piece = pieces_[at];
    if (piece.start >= address) found = at;
    at = piece.start >= address ? piece.left : piece.right;
  }
  return found;
}

std::uint32_t MappingTable::FirstOverlapping(std::uint64_t start, std::uint64_t end) const {
  const std::uint32_t below = LastAtOrBelow(start);
  if (below != kNone && RoundUpToPage(pieces_[below].end) > start) return below;
  const std::uint32_t above = FirstAtOrAbove(start);
  return above != kNone && pieces_[above].start < end ? above : kNone;
}

void MappingTable::Link(std::uint32_t index) {
  random_ ^= random_ << 13;  // xorshift: balance does not need more
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  Piece& piece = pieces_[index];
  piece.priority = random_;
  piece.left = piece.right = kNone;
  std::uint32_t below = kNone;
  std::uint32_t above = kNone;
  Split(root_, piece.start, &below, &above);
  root_ = Merge(Merge(below, index), above);
}

void MappingTable::Unlink(std::uint32_t index) {
  const std::uint64_t start = pieces_[index].start;
  std::uint32_t* link = &root_;
  while (*link != index) link = pieces_[*link].start < start ? &pieces_[*link].right : &pieces_[*link].left;
  *link = Merge(pieces_[index].left, pieces_[index].right);
}

// Depth of the recursion: the treap's height, about 40 for a million pieces.
void MappingTable::Split(std::uint32_t root, std::uint64_t start, std::uint32_t* below, std::uint32_t* from) {
  if (root == kNone) {
    *below = *from = kNone;
  } else if (pieces_[root].start < start) {
    *below = root;
    Split(pieces_[root].right, start, &pieces_[root].right, from);
  } else {
    *from = root;
    Split(pieces_[root].left, start, below, &pieces_[root].left);
  }
}

std::uint32_t MappingTable::Merge(std::uint32_t below, std::uint32_t above) {
  if (below == kNone) return above;
  if (above == kNone) return below;
  if (pieces_[below].priority > pieces_[above].priority) {
    pieces_[below].right = Merge(pieces_[below].right, above);
    return below;
  }
  pieces_[above].left = Merge(below, pieces_[above].left);
  return above;
}

void MappingTable::Clear() {
  SpinGuard guard(lock_);
  root_ = kNone;
  first_unused_ = kNone;
  never_used_ = 1;
  std::ranges::fill(alive_bytes_, 0);
}

}  // namespace memspec::ledger
