// Every hooked function that gives a block, under its symbol's name, with the function that takes it back.
#pragma once
#include <cstddef>
#include <string_view>

namespace probe {

struct AllocationFunction {
  const char* name;
  void* (*allocate)(std::size_t bytes);
  void (*release)(void* block, std::size_t bytes);
};

const AllocationFunction* FindFunction(std::string_view name);
const AllocationFunction* AllFunctions(std::size_t* count);

}  // namespace probe
