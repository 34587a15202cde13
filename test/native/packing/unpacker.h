// Reads packed events by the words of docs/capture-format.md alone: nothing of the packer's is used.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "recording/decoder.h"

namespace test {

class Unpacker {
 public:
  // The records of a payload, as DecodeEvents() gives them of one that is not packed. Fails a check where something is not right.
  std::vector<Record> Unpack(const std::string& payload);

 private:
  struct Block {
    std::uint64_t address;
    unsigned size_class;
  };
  struct Key {
    std::uint64_t stack, thread, space, allocator;
  };
  std::uint64_t Release(std::uint64_t number);
  bool TakeFreed(unsigned size_class, std::uint64_t* address);

  std::map<std::uint64_t, Block> alive_;  // by number
  std::map<unsigned, std::vector<std::uint64_t>> freed_;
  std::vector<Key> keys_;
  std::uint64_t count_ = 0, freed_number_ = 0, behind_ = 0, handle_ = 0;
};

}  // namespace test
