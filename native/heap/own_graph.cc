#include "heap/own_graph.h"

#include <v8-profiler.h>

#include "graph/snapshot_reader.h"

namespace memspec::heap {

namespace {

class IntoReader final : public v8::OutputStream {
 public:
  explicit IntoReader(graph::SnapshotReader& reader) : reader_(reader) {}
  int GetChunkSize() override { return 1 << 20; }
  void EndOfStream() override {}
  WriteResult WriteAsciiChunk(char* data, int size) override {
    return reader_.Feed(data, static_cast<std::size_t>(size)) ? kContinue : kAbort;
  }

 private:
  graph::SnapshotReader& reader_;
};

}  // namespace

std::unique_ptr<graph::Graph> TakeGraph(const RecursionGuard& guard, v8::Isolate* isolate,
                                        graph::ReadProblem* problem) {
  const OwnWork own(guard);
  const v8::HandleScope scope(isolate);
  const v8::HeapSnapshot* const snapshot = isolate->GetHeapProfiler()->TakeHeapSnapshot();
  if (snapshot == nullptr) {
    *problem = {graph::ReadError::kUnreadable, "V8 could not take a snapshot of its heap"};
    return nullptr;
  }
  graph::SnapshotReader reader;
  IntoReader stream(reader);
  snapshot->Serialize(&stream);
  const_cast<v8::HeapSnapshot*>(snapshot)->Delete();
  std::unique_ptr<graph::Graph> graph = reader.Finish();
  if (graph == nullptr) *problem = reader.problem();
  return graph;
}

}  // namespace memspec::heap
