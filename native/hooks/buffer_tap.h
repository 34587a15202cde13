// Marks what passes through an isolate's v8::ArrayBuffer::Allocator as backing stores: a copy of the allocator's
// vtable whose entries set t_thread.inside_buffer_allocator around the original call. Isolate's own thread only.
#pragma once

namespace v8 {
class Isolate;
}

namespace memspec::hooks {

// False when the allocator cannot be tapped (unknown vtable); then buffers fall back to call-site classification.
bool TapBufferAllocator(v8::Isolate* isolate);
void UntapBufferAllocator(v8::Isolate* isolate);

}  // namespace memspec::hooks
