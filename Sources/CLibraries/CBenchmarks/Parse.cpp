#include "CBenchmarks.h"

#include <new>
#include <simdjson.h>

struct cbenchmarks_parser {
    simdjson::dom::parser parser;
};

extern "C" cbenchmarks_parser *cbenchmarks_parser_create(void) { return new (std::nothrow) cbenchmarks_parser(); }

extern "C" void cbenchmarks_parser_destroy(cbenchmarks_parser *parser) { delete parser; }

extern "C" int cbenchmarks_parse(cbenchmarks_parser *parser, const void *bytes, size_t length) {
    simdjson::dom::element ignored;
    return parser->parser.parse(static_cast<const char *>(bytes), length, true).get(ignored);
}
