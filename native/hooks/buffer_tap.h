// Counts what passes through an isolate's v8::ArrayBuffer::Allocator: each backing store once, with the length that
// was asked for, whatever the allocator does for it. The object's vtable pointer is replaced by one to a copy of its
// vtable whose entries report to the sink. Reports only while the hooks are installed.
// Tap and untap: any thread, after the first Install(). Capacity: kMaxTappedAllocators objects of kMaxAllocatorClasses classes.
#pragma once

namespace v8 {
class Isolate;
}

namespace memspec::hooks {

inline constexpr int kMaxTappedAllocators = 1024;
inline constexpr int kMaxAllocatorClasses = 8;

// False when the allocator cannot be tapped (unknown vtable, no capacity); then the call sites tell what is a buffer.
// Reference-counted for each allocator object: isolates may share one.
bool TapBufferAllocator(v8::Isolate* isolate);

// While the isolate's allocator still exists, that is before the isolate is disposed of.
void UntapBufferAllocator(v8::Isolate* isolate);

}  // namespace memspec::hooks
