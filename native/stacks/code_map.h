// One isolate's code by address, fed by V8's code events.
//
// Which thread: V8 reports compiled code on the isolate's own thread, but moves come from the collector's parallel
// workers, while the isolate's thread itself allocates (and may be captured) in the same collection. So everything
// is under one spin lock, and nothing is allocated or freed while it is held. V8 lets an isolate have one handler of code events:
// a second user (a perf agent in the same process) takes ours away, which shows as frames of unknown code.
// Capacity: kMaxCodeRecords for the process (code_record.h); kMaxPending line tables waiting for their code.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <v8.h>

#include "base/recursion_guard.h"
#include "base/spin_lock.h"
#include "stacks/code_record.h"
#include "stacks/known_walks.h"
#include "stacks/script_index.h"
#include "stacks/walk_memory.h"

namespace memspec::stacks {

// A call of the allocator in one of the interpreter's handlers. A handler writes down where the interpreter is before some of
// its calls: then the bytecode written down is always of the handler's own kind; else it is what happened to precede it.
struct HandlerSite {
  CodeId handler = CodeId::kNone;
  std::uint32_t offset = 0;  // of the return address in the handler
  std::uint8_t written_down = 0;  // the bytecode that was, first
  bool varied = false;            // and later others
};

class CodeMap {
 public:
  explicit CodeMap(v8::Isolate* isolate);
  ~CodeMap();
  CodeMap(const CodeMap&) = delete;
  CodeMap& operator=(const CodeMap&) = delete;

  // Enumerates existing code. Isolate's own thread. False when kMaxDomains isolates are listening.
  bool Listen(const RecursionGuard&);

  // Hot path. Which code an address lies in *now*; marks it as captured.
  CodePlace Find(const RecursionGuard&, std::uintptr_t address);

  // Learns which bytecode each of the interpreter's handlers is for.
  void LearnHandlers(const RecursionGuard&);
  // Hot path. Where the interpreter is, when a handler of it that allocates inline stands next above the C++ frames of this
  // call: the bytecode itself, if the handler kept it, or else what is `written_down` and the HandlerSite.
  CodePlace InterpretedPlace(const RecursionGuard&, const void* frame_pointer, CodePlace written_down);
  const HandlerSite& HandlerSiteOf(std::uint32_t number) const { return handler_sites_[number - 1]; }

  // A copy of a function's bytecodes, as far as they can still be read.
  const std::vector<std::uint8_t>& BytecodesOf(CodeId bytecode);

  // Hot path. Whether an address lies in the isolate's machine code that is no object's: just-in-time code, copied builtins.
  bool Owns(const RecursionGuard& guard, std::uintptr_t address) {
    return address - code_start_ < code_length_ || Find(guard, address).id != CodeId::kNone;
  }
  // Changes whenever an address may mean other code than before.
  std::uint32_t Epoch() const { return epoch_.load(std::memory_order_acquire); }
  KnownWalks& known_walks() { return known_walks_; }
  void ForgetWalks() {
    last_walk().id = StackId::kNone;
    known_walks_.Forget();
  }
  // Of whoever takes few stacks, nearly all are new: knowing them again costs more than it saves, above all in the beginning, when
  // nothing of the program's unwind tables has been read.
  bool IsFirstOfMany() {
    if (repeated_captures_ == kFirstOfMany) return false;
    ++repeated_captures_;
    return true;
  }
  WalkMemory& last_walk() { return walks_[walk_]; }
  WalkMemory& next_walk() { return walks_[1 - walk_]; }
  void SwapWalks() { walk_ = 1 - walk_; }
  struct Embedded { std::uintptr_t start, end; };
  Embedded embedded_builtins() const;

  ScriptIndex& scripts() { return scripts_; }
  v8::Isolate* isolate() const { return isolate_; }
  // Line tables of all isolates that had no room to wait in.
  static std::uint64_t LineTablesDropped();

 private:
  struct Range {
    std::uint32_t length;
    CodeId id;
  };
  using Ranges = std::map<std::uintptr_t, Range>;
  using Pending = std::map<std::uintptr_t, LineTable>;
  // What was taken out under the lock, to be freed without it.
  struct Discarded {
    std::vector<Ranges::node_type> ranges;
    std::vector<Pending::node_type> pending;
    Discarded();  // reserves, so that taking out a few does not allocate under the lock
  };
  struct CachedPlace {
    std::uintptr_t address = 0;
    std::uint32_t epoch = 0;
    CodePlace place;
  };
  static constexpr std::size_t kCacheSize = 1024;
  static constexpr std::size_t kMaxPending = 1u << 16;

  void Bury(const Discarded& discarded);
  void FreeBuried();
  static void OnEvent(const v8::JitCodeEvent* event);
  void Added(const v8::JitCodeEvent& event);
  void Moved(std::uintptr_t from, std::uintptr_t to);
  void Removed(std::uintptr_t start);
  void Lines(std::uintptr_t start, LineTable lines);

  void FindBuiltinsCopy(const CodeRecord& caller);
  void Describe(CodeId id, const v8::JitCodeEvent& event);
  // Asks V8's own records for what the events left out.
  void Complete(CodeRecord& record, v8::Local<v8::UnboundScript> function);
  std::vector<InlinedCall> Name(const std::vector<InlinedPlace>& places);
  // Code whose function is dead goes, so that a program that evaluates for ever does not grow us for ever.
  void Sweep();

  // With the lock held:
  void TakeOverlapping(std::uintptr_t start, std::uint32_t length, Discarded& out);
  CodePlace FindInRanges(std::uintptr_t address);
  Ranges::const_iterator RangeAt(std::uintptr_t address) const;
  CodePlace HandlerPlace(const std::uintptr_t* words, const Ranges::value_type& range, CodePlace written_down);
  std::uint32_t HandlerSiteAt(CodeId handler, std::uint32_t offset, std::uint8_t written_down);
  std::uint32_t SlowPathOf(const CodeRecord& record, std::uint32_t offset) const;

  v8::Isolate* const isolate_;
  const void* const own_thread_;
  const std::uintptr_t stack_top_;  // of that thread
  std::uintptr_t code_start_ = 0;   // where V8 puts nearly all machine code (WebAssembly's may lie elsewhere)
  std::size_t code_length_ = 0;
  SpinLock lock_;
  // Under the lock:
  Ranges ranges_;
  // Line tables that came before their code was named. One for an address that already has code is either that code's,
  // collected late, or belongs to new code at a used address: what happens first decides, a capture or a CODE_ADDED (code
  // cannot run before it).
  Pending pending_;
  // Of the cache: changes when an address may mean something else. Read without the lock, too: as if a moment earlier.
  std::atomic<std::uint32_t> epoch_{1};
  CachedPlace cache_[kCacheSize];
  // V8 runs a copy of its builtins near compiled code: V8 11 reports the originals, later ones the copy.
  struct BuiltinsCopy {
    std::uintptr_t start = 0, length = 0;
    std::uintptr_t original = 0;  // of `start`
  };
  BuiltinsCopy builtins_copy_;
  static constexpr std::uint32_t kMaxHandlerSites = 512;  // V8 has some dozens; further ones are taken for none
  std::uint32_t handler_site_count_ = 0;
  bool handlers_learnt_ = false;
  HandlerSite handler_sites_[kMaxHandlerSites];
  // Code that lies nowhere any more. Its handles may not be touched on the collector's threads, nor inside a collection.
  std::mutex buried_lock_;
  std::vector<CodeId> buried_;
  std::vector<CodeId> orphans_;  // what of it was captured; isolate's own thread only
  // Isolate's own thread only:
  WalkMemory walks_[2];
  int walk_ = 0;
  KnownWalks known_walks_;
  static constexpr std::uint32_t kFirstOfMany = 256;
  std::uint32_t repeated_captures_ = 0;
  ScriptIndex scripts_;
  std::size_t sweep_at_ = 1u << 15;
};

}  // namespace memspec::stacks
