#include "CBenchmarks.h"

#ifdef __linux__
#include <features.h>
#endif

#ifdef __GLIBC__

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>

// The program's definitions of these functions come before glibc's, for every library of the process. They count and hand the call
// on, so that memory is glibc's as ever and `free` needs no counterpart.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

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

void *malloc(size_t size) {
    count_one();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    count_one();
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    count_one();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count_one();
    return __libc_memalign(alignment, size);
}

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
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

void cbenchmarks_trim(void) { malloc_trim(0); }

#else

uint64_t cbenchmarks_allocations(void) { return 0; }
uint64_t cbenchmarks_bytes_in_use(void) { return 0; }
void cbenchmarks_trim(void) {}

#endif
