#include "recording/capture_file.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "recording/bytes.h"
#include "recording/crc32.h"

namespace memspec::recording {

int CaptureFile::Open(const char* path, bool overwrite) {
  const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL);
  const long opened = syscall(SYS_openat, AT_FDCWD, path, how, 0666);
  if (opened < 0) return errno;
  descriptor_ = static_cast<int>(opened);
  error_ = 0;
  bytes_ = 0;
  return 0;
}

bool CaptureFile::WriteHeader() {
  std::uint8_t header[kFileHeaderBytes];
  std::memcpy(header, kMagic, sizeof kMagic);
  std::uint8_t* at = PutFixed(header + sizeof kMagic, kMajor, 2);
  at = PutFixed(at, kMinor, 2);
  PutFixed(at, 0, 4);
  return Write(header, sizeof header, nullptr, 0);
}

void CaptureFile::PutChunkHeader(std::uint8_t* to, ChunkKind kind, const void* payload, std::size_t bytes) {
  to = PutFixed(to, static_cast<std::uint64_t>(kind), 4);  // not compressed
  to = PutFixed(to, bytes, 4);
  to = PutFixed(to, bytes, 4);
  PutFixed(to, Crc32(payload, bytes), 4);
}

bool CaptureFile::WriteChunk(ChunkKind kind, std::string_view payload) {
  std::uint8_t header[kChunkHeaderBytes];
  PutChunkHeader(header, kind, payload.data(), payload.size());
  return Write(header, sizeof header, payload.data(), payload.size());
}

bool CaptureFile::WriteBuffer(ChunkKind kind, std::uint8_t* buffer, std::size_t payload_bytes) {
  PutChunkHeader(buffer, kind, buffer + kChunkHeaderBytes, payload_bytes);
  return Write(buffer, kChunkHeaderBytes + payload_bytes, nullptr, 0);
}

bool CaptureFile::WriteLast(std::string_view payload) {
  const int error = error_;
  error_ = 0;
  const bool written = WriteChunk(ChunkKind::kEnd, payload);
  if (error != 0) error_ = error;
  return written;
}

bool CaptureFile::Write(const void* first, std::size_t first_bytes, const void* second, std::size_t second_bytes) {
  if (descriptor_ < 0 || error_ != 0) return false;
  iovec parts[2] = {{const_cast<void*>(first), first_bytes}, {const_cast<void*>(second), second_bytes}};
  std::size_t left = first_bytes + second_bytes;
  while (left > 0) {
    const long wrote = syscall(SYS_writev, descriptor_, parts, 2);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      error_ = wrote < 0 ? errno : EIO;
      // What is there of this chunk is torn.
      if (syscall(SYS_ftruncate, descriptor_, bytes_) == 0) syscall(SYS_lseek, descriptor_, bytes_, SEEK_SET);
      return false;
    }
    auto done = static_cast<std::size_t>(wrote);
    left -= done;
    for (iovec& part : parts) {
      const std::size_t of_part = done < part.iov_len ? done : part.iov_len;
      part.iov_base = static_cast<char*>(part.iov_base) + of_part;
      part.iov_len -= of_part;
      done -= of_part;
    }
  }
  bytes_ += first_bytes + second_bytes;
  return true;
}

void CaptureFile::Close() {
  if (descriptor_ >= 0) syscall(SYS_close, descriptor_);
  descriptor_ = -1;
}

}  // namespace memspec::recording
