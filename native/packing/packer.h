// Events of a finished recording, written anew so that they compress well and are read fast: columns in place of records, blocks by the
// number of their allocation, addresses as what was guessed. One payload after the other, of one process, in their order.
// Pure C++ (no V8, no Node). Of one thread at a time. Memory: of what is alive, of distinct keys, and of threads.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "packing/format.h"
#include "packing/raw_reader.h"
#include "packing/tables.h"

namespace memspec::packing {

class Packer {
 public:
  // What stands behind the payload's bytes is an events chunk's, not compressed; anything at all may. False: it is not well formed, or
  // says what packed events cannot; the packer is then of no more use, and says so of all that follows.
  bool Pack(const std::uint8_t* payload, std::size_t bytes, std::string* packed);

 private:
  struct Raw;  // what "before" means in the payload
  struct Freed {
    std::uint64_t address = 0;
    Block block;
    bool is_known = false;
  };

  bool One(RawReader& from, Raw& before);
  bool AllocationOrFree(RawReader& from, Raw& before, unsigned first);
  bool Heap(RawReader& from, Raw& before, bool is_free);
  bool Other(RawReader& from);
  void Allocate(const KeyTable::Key& key, std::uint64_t address, std::uint64_t bytes);
  void Free(std::uint64_t address);
  void Restored();

  void CommitPending();
  void Forget(std::uint64_t address, Block block);
  void Tell(Packed kind, How how = How::kFreedLast);
  How TellDifference(std::uint64_t address);
  void PutUnsigned(Column column, std::uint64_t value);
  void PutSigned(Column column, std::int64_t value);
  void PutByte(Column column, std::uint8_t value) { Of(column).push_back(static_cast<char>(value)); }
  std::string& Of(Column column) { return columns_[static_cast<int>(column)]; }
  Freed& FreedBy(std::uint64_t thread);

  bool is_broken_ = false;
  std::string columns_[kColumns];
  BlockTable blocks_;
  KeyTable keys_;
  std::vector<std::uint64_t> freed_[kSizeClasses];  // addresses, the last one freed at the end
  std::vector<Freed> last_free_;                    // by thread
  std::uint64_t thread_ = 0;   // of the event that is being packed
  std::uint64_t told_ = 0;     // as a reader knows it
  std::uint64_t count_ = 0;    // of allocations
  std::uint64_t freed_number_ = 0;
  std::uint64_t behind_ = 0;   // where the block before ends, or where one was freed
  std::uint64_t handle_ = 0;
  // The allocation that was told last, not yet in the table: its free may be the next event.
  bool is_pending_ = false;
  std::uint64_t pending_address_ = 0;
  Block pending_;
};

}  // namespace memspec::packing
