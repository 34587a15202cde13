#include "capture/state_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <ctime>

namespace memspec::capture {

namespace {

static_assert(std::endian::native == std::endian::little);

template <class T>
void Store(char* memory, std::size_t offset, T value) {
  std::memcpy(memory + offset, &value, sizeof value);
}

}  // namespace

std::unique_ptr<StateFile> StateFile::Map(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return nullptr;
  // By direct system call, as all mappings of the tracker's own: the hooks would count it.
  const long mapped = syscall(SYS_mmap, nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped == -1) return nullptr;
  std::unique_ptr<StateFile> state(new StateFile(reinterpret_cast<char*>(mapped), path));
  std::memcpy(state->memory_, "MSPC", 4);
  return state;
}

StateFile::~StateFile() { syscall(SYS_munmap, memory_, kBytes); }

void StateFile::SetLevels(const TimelinePoint& point) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const SpinGuard guard(lock_);
  Store(memory_, 8, static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6);
  Store(memory_, 16, point.heap);
  Store(memory_, 24, point.buffers);
  Store(memory_, 32, point.native);
  Store(memory_, 40, point.rss);
  Store(memory_, 48, static_cast<std::uint32_t>(point.collection));
}

void StateFile::SetFlag(Flag flag, bool set) {
  const SpinGuard guard(lock_);
  std::uint32_t flags;
  std::memcpy(&flags, memory_ + 52, sizeof flags);
  Store(memory_, 52, set ? flags | flag : flags & ~static_cast<std::uint32_t>(flag));
}

void StateFile::SetCap(Flag flag, double bytes) {
  Store(memory_, 56, bytes);
  SetFlag(flag, true);
}

std::string StateFile::TestName() const {
  std::uint32_t length;
  std::memcpy(&length, memory_ + 4, sizeof length);
  std::string name;
  for (std::uint32_t at = 0; at < length && at < kNameBytes; ++at) {
    if (memory_[64 + at] == '\0') {
      name += " > ";
    } else {
      name += memory_[64 + at];
    }
  }
  return name;
}

void StateFile::SetNameLength(std::uint32_t bytes) { Store(memory_, 4, bytes); }

}  // namespace memspec::capture
