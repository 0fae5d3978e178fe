#include "CBenchmarks.h"

#ifdef HAS_JEMALLOC

#include <errno.h>
#include <jemalloc/jemalloc.h>
#include <stdatomic.h>

// The program's definitions of these functions come before jemalloc's, for every library of the process. They count and hand the
// call on to jemalloc's own interface, so that `free` needs no counterpart.

// Each thread counts in a place of its own, a cache line away from the others: two threads that share one may lose counts.
enum { places = 4096 };

static struct {
    _Atomic uint64_t count;
    char padding[56];
} counters[places];

static _Atomic uint32_t threads;
static __thread _Atomic uint64_t *own __attribute__((tls_model("initial-exec")));

static inline void count_one(void) {
    if (own == NULL) {
        uint32_t place = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) % places;
        own = &counters[place].count;
    }
    uint64_t before = atomic_load_explicit(own, memory_order_relaxed);
    atomic_store_explicit(own, before + 1, memory_order_relaxed);
}

static void *allocate(size_t size, int flags) {
    count_one();
    void *memory = mallocx(size > 0 ? size : 1, flags);
    if (memory == NULL) errno = ENOMEM;
    return memory;
}

void *malloc(size_t size) { return allocate(size, 0); }

void *calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return allocate(bytes, MALLOCX_ZERO);
}

void *realloc(void *memory, size_t size) {
    if (memory == NULL) return malloc(size);
    if (size == 0) {
        free(memory);
        return NULL;
    }
    count_one();
    void *moved = rallocx(memory, size, 0);
    if (moved == NULL) errno = ENOMEM;
    return moved;
}

void *memalign(size_t alignment, size_t size) { return allocate(size, MALLOCX_ALIGN(alignment)); }

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *allocated = memalign(alignment, size);
    if (allocated == NULL) return ENOMEM;
    *memory = allocated;
    return 0;
}

uint64_t cbenchmarks_allocations(void) {
    uint64_t sum = 0;
    for (int place = 0; place < places; place++) {
        sum += atomic_load_explicit(&counters[place].count, memory_order_relaxed);
    }
    return sum;
}

uint64_t cbenchmarks_bytes_in_use(void) {
    // Statistics are as of the last time that this was written.
    uint64_t epoch = 1;
    size_t size = sizeof epoch;
    size_t allocated = 0;
    size_t allocated_size = sizeof allocated;
    if (mallctl("epoch", &epoch, &size, &epoch, size) != 0) return 0;
    if (mallctl("stats.allocated", &allocated, &allocated_size, NULL, 0) != 0) return 0;
    return allocated;
}

// 4096 stands for all arenas (MALLCTL_ARENAS_ALL).
void cbenchmarks_trim(void) { mallctl("arena.4096.purge", NULL, NULL, NULL, 0); }

#else

uint64_t cbenchmarks_allocations(void) { return 0; }
uint64_t cbenchmarks_bytes_in_use(void) { return 0; }
void cbenchmarks_trim(void) {}

#endif
