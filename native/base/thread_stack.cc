#include "base/thread_stack.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace memspec {
namespace {

// The main thread's stack grows downward, into address space that the kernel keeps free for it.
constexpr std::uintptr_t kMainStack = 64u << 20;
// On another stack than its own, a thread would read the map of the process each time.
constexpr int kMostReadings = 8;

struct Known {
  ThreadStack stack;
  int readings = 0;
};
thread_local constinit Known t_known __attribute__((tls_model("initial-exec")));

struct Mapping {
  std::uintptr_t begin = 0, end = 0;
  bool main_stack = false;
};

// One line of /proc/self/maps after the other, in pieces: "begin-end rights ... name".
class MapsParser {
 public:
  explicit MapsParser(std::uintptr_t address) : address_(address) {}

  // True once the mapping of the address is found.
  bool Feed(const char* text, long bytes) {
    for (long i = 0; i < bytes; i++) {
      if (text[i] == '\n') {
        if (now_.begin <= address_ && address_ < now_.end) {
          now_.main_stack = (tail_ & kTailMask) == kStackName;
          return true;
        }
        now_ = {};
        field_ = 0;
      } else if (field_ < 2) {
        Digit(text[i]);
      }
      tail_ = tail_ << 8 | static_cast<unsigned char>(text[i]);
    }
    return false;
  }
  const Mapping& mapping() const { return now_; }

 private:
  static constexpr std::uint64_t kTailMask = (std::uint64_t{1} << 56) - 1;
  static constexpr std::uint64_t kStackName = 0x5b737461636b5d;  // "[stack]"

  void Digit(char c) {
    if (c == '-' || c == ' ') {
      field_++;
      return;
    }
    std::uintptr_t& number = field_ == 0 ? now_.begin : now_.end;
    number = number << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  }

  const std::uintptr_t address_;
  Mapping now_;
  int field_ = 0;
  std::uint64_t tail_ = 0;
};

// By direct system calls: libc's functions are places where a thread may be cancelled, and an allocation is none.
Mapping MappingOf(std::uintptr_t address) {
  const long file = syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  MapsParser parser(address);
  char text[1024];
  bool found = false;
  for (long got; !found && (got = syscall(SYS_read, file, text, sizeof text)) > 0;) found = parser.Feed(text, got);
  syscall(SYS_close, file);
  return found ? parser.mapping() : Mapping{};
}

}  // namespace

ThreadStack StackOfThread(std::uintptr_t stack_pointer) {
  Known& known = t_known;
  const auto in = [stack_pointer](const ThreadStack& s) { return stack_pointer - s.low < s.high - s.low; };
  if (in(known.stack)) [[likely]] return known.stack;
  if (known.readings == kMostReadings) return {};
  known.readings++;
  const Mapping mapping = MappingOf(stack_pointer);
  // libc keeps what it knows of a thread at the top of the thread's stack: the thread pointer leads there.
  const auto top = reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
  if (mapping.main_stack) {
    known.stack = {mapping.end - kMainStack, mapping.end};
  } else if (stack_pointer < top && top < mapping.end) {
    known.stack = {mapping.begin, top & ~(sizeof(void*) - 1)};
  } else {
    return {};
  }
  return known.stack;
}

}  // namespace memspec
