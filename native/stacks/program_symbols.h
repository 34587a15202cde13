// The dynamic symbols of the program itself, by address. What dladdr says of it, without reading all of Node's 70,000 each time.
// Reading only, never on the hot path. Any thread; takes the loader's lock once.
#pragma once
#include <cstdint>
#include <string>

namespace memspec::stacks {

struct ProgramLookup {
  bool in_program = false;  // else somebody else has to be asked
  const char* symbol = nullptr;  // that spans the address, mangled; nullptr: none does
};
ProgramLookup FindInProgram(std::uintptr_t address);

}  // namespace memspec::stacks
