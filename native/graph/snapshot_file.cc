#include "graph/snapshot_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "graph/column.h"
#include "graph/snapshot_reader.h"

namespace memspec::graph {

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

class File {
 public:
  // Not blocking: the other end of a pipe may never come.
  explicit File(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

std::unique_ptr<Graph> Unreadable(ReadProblem* problem, std::string what) {
  *problem = {ReadError::kUnreadable, std::move(what)};
  return nullptr;
}

}  // namespace

std::unique_ptr<Graph> ReadSnapshotFile(const std::string& path, ReadProblem* problem) {
  const File file(path);
  struct stat facts {};
  if (file.descriptor() < 0 || fstat(file.descriptor(), &facts) != 0) return Unreadable(problem, std::strerror(errno));
  if (S_ISDIR(facts.st_mode)) return Unreadable(problem, "it is a directory");
  if (!S_ISREG(facts.st_mode)) return Unreadable(problem, "it is no regular file");
  Column<char> chunk;
  if (!chunk.Allocate(kChunk)) return Unreadable(problem, "there is no memory to read it");
  SnapshotReader reader;
  for (;;) {
    const ssize_t count = read(file.descriptor(), chunk.begin(), kChunk);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Unreadable(problem, std::strerror(errno));
    if (count == 0 || !reader.Feed(chunk.begin(), static_cast<std::size_t>(count))) break;
  }
  std::unique_ptr<Graph> graph = reader.Finish();
  if (graph == nullptr) *problem = reader.problem();
  return graph;
}

}  // namespace memspec::graph
