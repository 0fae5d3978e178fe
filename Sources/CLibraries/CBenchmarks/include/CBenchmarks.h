#ifndef CBENCHMARKS_H
#define CBENCHMARKS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// For the benchmarks alone.

// Allocations of this process since its start, over all threads and libraries: calls of malloc, calloc, realloc and the aligned
// ones, which this target defines in front of the allocator's own. 0 where that is not jemalloc.
uint64_t cbenchmarks_allocations(void);

// Bytes that are allocated and not freed, by jemalloc's statistics; 0 where the allocator is another one.
uint64_t cbenchmarks_bytes_in_use(void);

// Gives freed memory back to the system, as far as that goes.
void cbenchmarks_trim(void);

// simdjson's DOM parser on a copy of a document, as its documentation has it: the fastest way to know what the bytes hold.
typedef struct cbenchmarks_parser cbenchmarks_parser;
cbenchmarks_parser *cbenchmarks_parser_create(void);
void cbenchmarks_parser_destroy(cbenchmarks_parser *parser);
// Returns 0, or simdjson's error code.
int cbenchmarks_parse(cbenchmarks_parser *parser, const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
