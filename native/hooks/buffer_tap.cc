#include "hooks/buffer_tap.h"
namespace memspec::hooks {
bool TapBufferAllocator(v8::Isolate*) { return false; }
void UntapBufferAllocator(v8::Isolate*) {}
}
