#include "binding/graph_jobs.h"

#include <memory>
#include <utility>

#include "binding/graph_report.h"
#include "binding/own_call.h"
#include "graph/snapshot_file.h"

namespace memspec::binding {

namespace {

// One job: heaps from files, then something made of them. What it allocates is memspec's own.
class Job : public Napi::AsyncWorker {
 public:
  Job(Napi::Env env, FileQuery query) : AsyncWorker(env), promise_(env), query_(std::move(query)) {}
  Napi::Promise promise() const { return promise_.Promise(); }

 protected:
  virtual bool Work() = 0;
  virtual Napi::Value Result(Napi::Env env) = 0;

  const FileQuery& query() const { return query_; }
  const graph::Heap& heap(std::size_t index) const { return *heaps_[index]; }

 private:
  void Execute() final {
    const RecursionGuard guard;
    for (const std::string& file : query_.files) {
      file_ = file;
      std::unique_ptr<graph::Graph> graph = graph::ReadSnapshotFile(file, &problem_);
      if (graph == nullptr) return SetError(problem_.what);
      heaps_.push_back(graph::Heap::Of(std::move(graph)));
      if (heaps_.back() == nullptr) return NoMemory();
    }
    if (!Work()) NoMemory();
  }

  // The hooks never saw what is given back here.
  void Destroy() final {
    const RecursionGuard guard;
    AsyncWorker::Destroy();
  }

  void NoMemory() {
    problem_ = {graph::ReadError::kNoMemory, "there is no memory to take it apart"};
    SetError(problem_.what);
  }

  void OnOK() final {
    const OwnCall own(State(Env()));
    promise_.Resolve(Result(Env()));
  }

  void OnError(const Napi::Error&) final {
    const OwnCall own(State(Env()));
    promise_.Reject(ProblemError(Env(), "the heap snapshot " + file_ + " could not be read", problem_).Value());
  }

  const Napi::Promise::Deferred promise_;
  const FileQuery query_;
  std::string file_;
  graph::ReadProblem problem_;
  std::vector<std::unique_ptr<graph::Heap>> heaps_;
};

class AnalysisJob final : public Job {
 public:
  using Job::Job;

 private:
  bool Work() override { return graph::Analyse(heap(0), query().paths, query().limit, &analysis_); }
  Napi::Value Result(Napi::Env env) override { return GraphReport(env, heap(0)).Analysis(analysis_); }

  graph::Analysis analysis_;
};

class DiffJob final : public Job {
 public:
  using Job::Job;

 private:
  bool Work() override { return graph::Compare(heap(0), heap(1), query().paths, query().limit, &diff_); }
  Napi::Value Result(Napi::Env env) override {
    const GraphReport report(env, heap(1));
    Napi::Object object = Napi::Object::New(env);
    object.Set("before", GraphReport(env, heap(0)).Summary());
    object.Set("after", report.Summary());
    object.Set("sameProcess", Napi::Boolean::New(env, diff_.same_process));
    object.Set("grown", report.Growth(diff_.grown));
    object.Set("groups", report.GroupList(diff_.groups.groups));
    return object;
  }

  graph::Diff diff_;
};

template <class Kind>
Napi::Value Queue(Napi::Env env, FileQuery query) {
  auto* const job = new Kind(env, std::move(query));  // deletes itself when it is done
  const Napi::Promise promise = job->promise();
  job->Queue();
  return promise;
}

}  // namespace

Napi::Value AnalyseInBackground(Napi::Env env, FileQuery query) { return Queue<AnalysisJob>(env, std::move(query)); }
Napi::Value CompareInBackground(Napi::Env env, FileQuery query) { return Queue<DiffJob>(env, std::move(query)); }

}  // namespace memspec::binding
