#include "Memory.h"

#if defined(__linux__)
#include <malloc.h>
#endif

void csystem_give_back_memory(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
