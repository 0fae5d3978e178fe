#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A JSON document as a flat list of tokens, in document order. Numbers keep their text: money never meets a double.

typedef enum csimdjson_kind : uint32_t {
    CSIMDJSON_END = 0, // beyond the last token
    CSIMDJSON_OBJECT,
    CSIMDJSON_ARRAY,
    CSIMDJSON_CLOSE,  // the end of an object or an array
    CSIMDJSON_KEY,    // its value follows
    CSIMDJSON_STRING, // unescaped, UTF-8
    CSIMDJSON_NUMBER, // as it was written
    CSIMDJSON_TRUE,
    CSIMDJSON_FALSE,
    CSIMDJSON_NULL,
} csimdjson_kind;

typedef struct csimdjson_token {
    const char *text; // of keys, strings and numbers; valid until the parser parses again
    uint32_t length;
    uint32_t next; // the index of the token after this value, with all that is in it
    csimdjson_kind kind;
} csimdjson_token;

typedef enum csimdjson_status : int32_t {
    CSIMDJSON_OK = 0,
    CSIMDJSON_MALFORMED,  // not JSON, or not UTF-8
    CSIMDJSON_NOT_OBJECT, // JSON perhaps, but no object
    CSIMDJSON_TOO_DEEP,
    CSIMDJSON_NO_MEMORY,
    CSIMDJSON_TOO_LARGE, // longer than 4 GiB less padding
} csimdjson_status;

typedef struct csimdjson_parser csimdjson_parser;

// Null where there is no memory.
csimdjson_parser *csimdjson_create(void);
void csimdjson_destroy(csimdjson_parser *parser);

// Parses a document whose root is an object. On CSIMDJSON_OK `tokens` and `count` name memory of the parser, valid until its
// next call; on any other status they are null and 0, and `problem` is a text that lives for ever.
csimdjson_status csimdjson_parse(
    csimdjson_parser *parser, const void *bytes, size_t length, uint32_t max_depth,
    const csimdjson_token **tokens, size_t *count, const char **problem);

#ifdef __cplusplus
}
#endif

#endif
