#include "app/allocator.h"

#include <cstdlib>  // defines __GLIBC__ where it applies

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace anyclaude {

void keep_freed_buffers() {
#ifdef __GLIBC__
  // Blocks below the first are taken from the heap, and up to the second of freed memory stays there, in each
  // arena.
  constexpr int kFromHeapBytesMax = 4 * 1024 * 1024;
  constexpr int kKeptBytesMax = 16 * 1024 * 1024;
  mallopt(M_MMAP_THRESHOLD, kFromHeapBytesMax);
  mallopt(M_TRIM_THRESHOLD, kKeptBytesMax);
#endif
}

}  // namespace anyclaude
