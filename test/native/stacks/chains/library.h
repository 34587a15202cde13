// The second shared library.
#pragma once
extern "C" {
void* library_outer(void* (*allocate)(unsigned long), unsigned long bytes);
void* library_allocates(unsigned long bytes);
}
