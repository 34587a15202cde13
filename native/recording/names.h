// What events name by number, defined once each: strings, scripts, modules, frames, and stacks as a tree of nodes. Records that
// were made since the last Take() wait there for the writer.
//
// Any thread that holds the lock, which is a mutex: never inside a hook's event. Memory is the C library's (the tracker's own work
// is invisible to the hooks), and grows with what is distinct.
#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "recording/event.h"
#include "recording/format.h"

namespace memspec::recording {

class Names {
 public:
  using Number = std::uint32_t;  // 0: none

  // A script's or module's longest string: source maps may lie in a URL.
  static constexpr std::size_t kLongestString = std::size_t{8} << 20;

  std::mutex& mutex() { return mutex_; }

  // All of these under the mutex.
  void Reset();  // numbers begin anew
  Number String(std::string_view text);  // 0 for "" and for what is too long
  Number Script(std::string_view name, std::string_view source_map_url);
  struct ModulePlace {
    std::string path, build_id;
    std::uint64_t bias, begin, end;
  };
  Number Module(const ModulePlace& module);
  Number JavaScriptFrame(std::string_view function, Number script, std::uint32_t line, std::uint32_t column, unsigned flags);
  Number NativeFrame(Number module, std::uint64_t address, std::string_view symbol);
  Number Node(Number parent, Number frame);
  void Stack(StackId stack, Number node, unsigned flags);
  void Thread(ThreadNumber thread, std::uint64_t system_id, std::string_view name, IsolateNumber isolate);
  void Isolate(IsolateNumber isolate, bool worker, std::string_view name);

  // Payloads of definition chunks, in order.
  std::vector<std::string> Take();

 private:
  using Numbers = std::unordered_map<std::string, Number>;
  // The number of a record that is known, or the next one's; then it is defined.
  Number Interned(Numbers& known, Number& last, std::string record);
  void Append(const std::string& record);

  std::mutex mutex_;
  Numbers strings_, scripts_, modules_, frames_;
  std::unordered_map<std::uint64_t, Number> nodes_;
  Number last_string_ = 0, last_script_ = 0, last_module_ = 0, last_frame_ = 0, last_node_ = 0;
  std::vector<std::string> waiting_;
};

}  // namespace memspec::recording
