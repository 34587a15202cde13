// Files of machine code that are mapped into this process. Takes the loader's lock and allocates: never inside a hook. Any thread
// that holds whatever guards the object.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace memspec::recording {

class Modules {
 public:
  struct Module {
    std::string path;      // absolute; "" where the loader has no name (the kernel's own)
    std::string build_id;  // hexadecimal digits; "": none
    std::uint64_t bias, begin, end;
    bool program;  // the one that was started
  };

  // The module that has the address; nullptr: none. Looks again at what is loaded where it is not known yet.
  const Module* Find(std::uint64_t address);

 private:
  const Module* FindKnown(std::uint64_t address) const;
  std::vector<Module> known_;
  unsigned long long seen_loads_ = 0;
};

}  // namespace memspec::recording
