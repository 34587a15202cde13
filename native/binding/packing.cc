#include "binding/packing.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <v8.h>

#include "binding/options.h"
#include "binding/own_call.h"
#include "binding/to_local.h"
#include "packing/packer.h"

namespace memspec::binding {

namespace {

// What JavaScript holds of a packer. A job keeps it alive, too.
struct Held {
  packing::Packer packer;
  bool is_busy = false;  // of the JavaScript thread
};
using Shared = std::shared_ptr<Held>;

constexpr napi_type_tag kPackerTag = {0x6d73'7063'5061'636b, 0x8f1d'52c7'0a94'3be6};

// The bytes of a typed array, where they lie: whatever becomes of the array, they stay, though their owner may write there. Those of a
// buffer that can shrink would go under our hands, and are copied.
class Payload {
 public:
  explicit Payload(const Napi::Uint8Array& array) : bytes_(array.ByteLength()) {
    store_ = ToLocal(array).As<v8::Uint8Array>()->Buffer()->GetBackingStore();
    if (bytes_ > 0) data_ = static_cast<const std::uint8_t*>(store_->Data()) + array.ByteOffset();
    if (!store_->IsResizableByUserJavaScript()) return;
    copy_.assign(data_, data_ + bytes_);
    data_ = copy_.data();
    store_.reset();
  }
  const std::uint8_t* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  // Whose last owner this is, is freed: memory of the program's.
  void LetGo() { store_.reset(); }

 private:
  const std::size_t bytes_;
  const std::uint8_t* data_ = nullptr;
  std::shared_ptr<v8::BackingStore> store_;
  std::vector<std::uint8_t> copy_;
};

// One payload: packed on another thread, answered with a promise. What it allocates was never seen by the hooks, nor is its end.
class PackingJob final : public Napi::AsyncWorker {
 public:
  PackingJob(Napi::Env env, Shared held, const Napi::Uint8Array& payload)
      : AsyncWorker(env), promise_(env), held_(std::move(held)), payload_(payload) {}
  Napi::Promise promise() const { return promise_.Promise(); }

 private:
  void Execute() override {
    const RecursionGuard guard;
    is_packed_ = held_->packer.Pack(payload_.data(), payload_.bytes(), &packed_);
  }
  void Destroy() override {
    payload_.LetGo();
    const RecursionGuard guard;
    AsyncWorker::Destroy();
  }
  void OnOK() override {
    const OwnCall own(State(Env()));
    held_->is_busy = false;
    promise_.Resolve(is_packed_ ? Napi::Value(Napi::Buffer<char>::Copy(Env(), packed_.data(), packed_.size()))
                                : Napi::Value(Env().Null()));
  }

  const Napi::Promise::Deferred promise_;
  const Shared held_;
  Payload payload_;
  std::string packed_;
  bool is_packed_ = false;
};

// packerOpen(): a packer for the events of one process.
Napi::Value OpenPacker(const Napi::CallbackInfo& info) {
  const OwnCall own(State(info.Env()));
  auto external = Napi::External<Shared>::New(info.Env(), new Shared(std::make_shared<Held>()), [](Napi::Env, Shared* held) {
    const RecursionGuard guard;
    delete held;
  });
  external.TypeTag(&kPackerTag);
  return external;
}

// packerAdd(packer, payload): the payload packed, or null.
Napi::Value AddToPacker(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const OwnCall own(State(env));
  const bool is_payload = info[1].IsTypedArray() && info[1].As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
  if (!info[0].IsExternal() || !info[0].As<Napi::External<Shared>>().CheckTypeTag(&kPackerTag) || !is_payload) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "packerAdd() takes a packer and a Uint8Array");
    return env.Undefined();
  }
  const Shared held = *info[0].As<Napi::External<Shared>>().Data();
  if (held->is_busy) {
    Throw(env, "MEMSPEC_INVALID_OPTION", "packerAdd() takes one payload after the other");
    return env.Undefined();
  }
  held->is_busy = true;
  auto* const job = new PackingJob(env, held, info[1].As<Napi::Uint8Array>());  // deletes itself when it is done
  const Napi::Promise promise = job->promise();
  job->Queue();
  return promise;
}

}  // namespace

void ExportPacking(Napi::Env env, Napi::Object exports) {
  exports.Set("packerOpen", Napi::Function::New<OpenPacker>(env, "packerOpen"));
  exports.Set("packerAdd", Napi::Function::New<AddToPacker>(env, "packerAdd"));
}

}  // namespace memspec::binding
