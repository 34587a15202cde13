// The file of a recording: whole chunks, appended by direct system calls. One thread at a time.
//
// Where a chunk could not be written whole, the file is cut back to the last one that was, so that it stays what it was: a prefix.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "recording/format.h"

namespace memspec::recording {

class CaptureFile {
 public:
  constexpr CaptureFile() = default;
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;

  // 0, or errno: EEXIST where a file is there and may not be replaced.
  int Open(const char* path, bool overwrite);
  bool WriteHeader();
  // False: an earlier write failed, or this one did; error() says why.
  bool WriteChunk(ChunkKind kind, std::string_view payload);
  // The payload lies kChunkHeaderBytes behind `buffer`: the header is put before it.
  bool WriteBuffer(ChunkKind kind, std::uint8_t* buffer, std::size_t payload_bytes);
  // The one chunk that may still be tried after a failure, in the room that cutting back has given.
  bool WriteLast(std::string_view payload);
  void Close();

  int error() const { return error_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  static void PutChunkHeader(std::uint8_t* to, ChunkKind kind, const void* payload, std::size_t bytes);
  bool Write(const void* first, std::size_t first_bytes, const void* second, std::size_t second_bytes);

  int descriptor_ = -1;
  int error_ = 0;
  std::uint64_t bytes_ = 0;  // of whole chunks
};

}  // namespace memspec::recording
