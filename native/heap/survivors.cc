#include "heap/survivors.h"

namespace memspec::heap {

// V8 tells only of the intervals whose contents changed since it was last asked: the table keeps the rest.
class ObjectIds::Stream final : public v8::OutputStream {
 public:
  explicit Stream(std::vector<Alive>& alive) : alive_(alive) {}
  void EndOfStream() override {}
  WriteResult WriteAsciiChunk(char*, int) override { return kAbort; }
  WriteResult WriteHeapStatsChunk(v8::HeapStatsUpdate* updates, int count) override {
    for (int i = 0; i < count; ++i) {
      if (updates[i].index >= alive_.size()) alive_.resize(updates[i].index + 1);
      alive_[updates[i].index] = {updates[i].size, updates[i].count};
    }
    return kContinue;
  }

 private:
  std::vector<Alive>& alive_;
};

namespace {

class ByConstructor final : public v8::QueryObjectPredicate {
 public:
  explicit ByConstructor(const std::vector<v8::Local<v8::String>>& names) : names_(names) {}
  bool Filter(v8::Local<v8::Object> object) override { return IndexOf(object) >= 0; }
  int IndexOf(v8::Local<v8::Object> object) const {
    const v8::Local<v8::String> name = object->GetConstructorName();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (name->StringEquals(names_[i])) return static_cast<int>(i);
    }
    return -1;
  }

 private:
  const std::vector<v8::Local<v8::String>>& names_;
};

}  // namespace

ObjectIds::~ObjectIds() {
  RecursionGuard guard;
  if (users_ > 0) {
    users_ = 1;
    Release(guard);
  }
}

void ObjectIds::Use(const RecursionGuard& guard, bool traces) {
  if (users_++ > 0) return;
  Start(guard, traces);
}

void ObjectIds::Start(const RecursionGuard& guard, bool traces) {
  const OwnWork own(guard);
  intervals_ = 0;
  shared_ = false;
  by_interval_.clear();
  isolate_->GetHeapProfiler()->StartTrackingHeapObjects(traces);
}

// V8 begins its record of stacks beside its record of ids, which goes on.
void ObjectIds::RecordStacks(const RecursionGuard& guard) {
  const OwnWork own(guard);
  isolate_->GetHeapProfiler()->StartTrackingHeapObjects(true);
}

void ObjectIds::StartOver(const RecursionGuard& guard) {
  {
    const OwnWork own(guard);
    isolate_->GetHeapProfiler()->StopTrackingHeapObjects();
  }
  Start(guard, false);
}

void ObjectIds::Release(const RecursionGuard& guard) {
  if (--users_ > 0) return;
  const OwnWork own(guard);
  v8::HeapProfiler* profiler = isolate_->GetHeapProfiler();
  profiler->StopTrackingHeapObjects();
  // Object ids would go on being maintained at every collection; snapshots that somebody else holds need them.
  if (profiler->GetSnapshotCount() == 0) profiler->ClearObjectIds();
}

ObjectIds::Mark ObjectIds::Now(const RecursionGuard& guard) {
  const OwnWork own(guard);
  Stream stream(by_interval_);
  Mark mark;
  mark.last_id = isolate_->GetHeapProfiler()->GetHeapStats(&stream);
  mark.interval = intervals_++;
  // An interval that is not ours.
  shared_ = shared_ || by_interval_.size() > intervals_;
  return mark;
}

std::optional<std::uint64_t> ObjectIds::BytesAlive(const RecursionGuard& guard, const Mark& from, const Mark& to) {
  Now(guard);
  if (shared_) return std::nullopt;
  std::uint64_t bytes = 0;
  for (std::uint32_t i = from.interval + 1; i <= to.interval; ++i) bytes += AliveAt(i).bytes;
  return bytes;
}

std::vector<ObjectIds::Instances> ObjectIds::InstancesAlive(const RecursionGuard& guard, const Mark& from, const Mark& to,
                                                     const std::vector<std::string>& constructors) {
  const OwnWork own(guard);
  v8::HandleScope scope(isolate_);
  std::vector<v8::Local<v8::String>> names;
  for (const std::string& name : constructors) {
    names.push_back(v8::String::NewFromUtf8(isolate_, name.data(), v8::NewStringType::kInternalized,
                                            static_cast<int>(name.size()))
                        .ToLocalChecked());
  }
  ByConstructor predicate(names);
  std::vector<v8::Global<v8::Object>> found;
  v8::HeapProfiler* profiler = isolate_->GetHeapProfiler();
  profiler->QueryObjects(isolate_->GetCurrentContext(), &predicate, &found);
  std::vector<Instances> alive(constructors.size());
  for (const v8::Global<v8::Object>& global : found) {
    const v8::Local<v8::Object> object = global.Get(isolate_);
    const v8::SnapshotObjectId id = profiler->GetObjectId(object);
    const int index = predicate.IndexOf(object);
    if (index < 0 || id <= from.last_id || id > to.last_id) continue;
    Instances& instances = alive[static_cast<std::size_t>(index)];
    ++instances.count;
    if (instances.ids.size() < kMostIds) instances.ids.push_back(id);
  }
  return alive;
}

}  // namespace memspec::heap
