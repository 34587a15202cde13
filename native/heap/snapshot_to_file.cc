#include "heap/snapshot_to_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <v8-profiler.h>

namespace memspec::heap {

namespace {

class IntoFile final : public v8::OutputStream {
 public:
  explicit IntoFile(int file) : file_(file) {}
  int GetChunkSize() override { return 1 << 20; }
  void EndOfStream() override { complete_ = true; }
  WriteResult WriteAsciiChunk(char* data, int size) override {
    while (size > 0) {
      const ssize_t written = write(file_, data, static_cast<std::size_t>(size));
      if (written <= 0) return kAbort;
      data += written;
      size -= static_cast<int>(written);
    }
    return kContinue;
  }
  bool complete() const { return complete_; }

 private:
  const int file_;
  bool complete_ = false;
};

}  // namespace

bool SnapshotToFile(const RecursionGuard& guard, v8::Isolate* isolate, const std::string& path) {
  const OwnWork own(guard);
  const v8::HandleScope scope(isolate);
  // For its owner's eyes alone.
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const v8::HeapSnapshot* const snapshot = isolate->GetHeapProfiler()->TakeHeapSnapshot();
  IntoFile stream(file);
  if (snapshot != nullptr) {
    snapshot->Serialize(&stream);
    const_cast<v8::HeapSnapshot*>(snapshot)->Delete();
  }
  const bool closed = close(file) == 0;
  if (stream.complete() && closed) return true;
  unlink(path.c_str());
  return false;
}

}  // namespace memspec::heap
