#include "CSimdjson.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <simdjson.h>

using namespace simdjson;

// Nothing here throws: simdjson is built without exceptions and memory comes from malloc, so that no exception crosses into C.

struct csimdjson_parser {
    ondemand::parser parser;
    char *input = nullptr; // the document and its padding
    size_t input_capacity = 0;
    csimdjson_token *tokens = nullptr;
    size_t count = 0;
    size_t token_capacity = 0;
    char *spelled = nullptr; // text of numbers that no double holds
    size_t spelled_used = 0;
    size_t length = 0;
    uint32_t max_depth = 0;
    const char *problem = "";
};

namespace {

// What a parser keeps between documents; larger buffers are given back.
constexpr size_t kept_bytes = size_t(4) << 20;

csimdjson_status fail(csimdjson_parser &p, error_code error) noexcept {
    p.problem = error_message(error);
    if (error == MEMALLOC) { return CSIMDJSON_NO_MEMORY; }
    return error == CAPACITY ? CSIMDJSON_TOO_LARGE : CSIMDJSON_MALFORMED;
}

csimdjson_status malformed(csimdjson_parser &p, const char *problem) noexcept {
    p.problem = problem;
    return CSIMDJSON_MALFORMED;
}

csimdjson_token *append(csimdjson_parser &p, csimdjson_kind kind, const char *text, size_t length) noexcept {
    if (p.count == p.token_capacity) {
        size_t capacity = p.token_capacity == 0 ? 256 : p.token_capacity * 2;
        void *grown = std::realloc(p.tokens, capacity * sizeof(csimdjson_token));
        if (grown == nullptr) { return nullptr; }
        p.tokens = static_cast<csimdjson_token *>(grown);
        p.token_capacity = capacity;
    }
    csimdjson_token *token = &p.tokens[p.count++];
    token->text = text;
    token->length = static_cast<uint32_t>(length);
    token->next = static_cast<uint32_t>(p.count);
    token->kind = kind;
    return token;
}

csimdjson_status no_memory(csimdjson_parser &p) noexcept { return fail(p, MEMALLOC); }

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The grammar of RFC 8259, section 6.
bool is_number(std::string_view text) noexcept {
    size_t i = 0, n = text.size();
    if (i < n && text[i] == '-') { i++; }
    if (i < n && text[i] == '0') {
        i++;
    } else {
        size_t from = i;
        while (i < n && is_digit(text[i])) { i++; }
        if (i == from) { return false; }
    }
    if (i < n && text[i] == '.') {
        size_t from = ++i;
        while (i < n && is_digit(text[i])) { i++; }
        if (i == from) { return false; }
    }
    if (i < n && (text[i] == 'e' || text[i] == 'E')) {
        i++;
        if (i < n && (text[i] == '+' || text[i] == '-')) { i++; }
        size_t from = i;
        while (i < n && is_digit(text[i])) { i++; }
        if (i == from) { return false; }
    }
    return i == n;
}

// simdjson refuses a number that no finite double holds, 1e400 or 400 digits, which JSON allows. Its text is put aside and
// overwritten in our copy of the document, so that the parser can go on past it.
csimdjson_status spell_out(csimdjson_parser &p, std::string_view &text) noexcept {
    if (!is_number(text)) { return malformed(p, "a number is misspelled"); }
    if (p.spelled == nullptr) {
        p.spelled = static_cast<char *>(std::malloc(p.length));
        if (p.spelled == nullptr) { return no_memory(p); }
    }
    char *copy = p.spelled + p.spelled_used;
    std::memcpy(copy, text.data(), text.size());
    p.spelled_used += text.size();
    char *original = p.input + (text.data() - p.input);
    std::memset(original, ' ', text.size());
    *original = '0';
    text = std::string_view(copy, text.size());
    return CSIMDJSON_OK;
}

csimdjson_status walk_object(csimdjson_parser &p, ondemand::object object, uint32_t depth) noexcept;
csimdjson_status walk_array(csimdjson_parser &p, ondemand::array array, uint32_t depth) noexcept;

csimdjson_status walk_number(csimdjson_parser &p, ondemand::value value) noexcept {
    std::string_view text = value.raw_json_token();
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\t' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    double ignored;
    if (value.get_double().get(ignored) != SUCCESS) {
        csimdjson_status status = spell_out(p, text);
        if (status != CSIMDJSON_OK) { return status; }
        error_code error = value.get_double().get(ignored);
        if (error != SUCCESS) { return fail(p, error); }
    }
    return append(p, CSIMDJSON_NUMBER, text.data(), text.size()) == nullptr ? no_memory(p) : CSIMDJSON_OK;
}

csimdjson_status walk(csimdjson_parser &p, ondemand::value value, uint32_t depth) noexcept {
    ondemand::json_type type;
    error_code error = value.type().get(type);
    if (error != SUCCESS) { return fail(p, error); }
    switch (type) {
    case ondemand::json_type::object: {
        ondemand::object object;
        if ((error = value.get_object().get(object)) != SUCCESS) { return fail(p, error); }
        return walk_object(p, object, depth + 1);
    }
    case ondemand::json_type::array: {
        ondemand::array array;
        if ((error = value.get_array().get(array)) != SUCCESS) { return fail(p, error); }
        return walk_array(p, array, depth + 1);
    }
    case ondemand::json_type::string: {
        std::string_view text;
        if ((error = value.get_string().get(text)) != SUCCESS) { return fail(p, error); }
        return append(p, CSIMDJSON_STRING, text.data(), text.size()) == nullptr ? no_memory(p) : CSIMDJSON_OK;
    }
    case ondemand::json_type::number: return walk_number(p, value);
    case ondemand::json_type::boolean: {
        bool flag;
        if ((error = value.get_bool().get(flag)) != SUCCESS) { return fail(p, error); }
        return append(p, flag ? CSIMDJSON_TRUE : CSIMDJSON_FALSE, nullptr, 0) == nullptr ? no_memory(p) : CSIMDJSON_OK;
    }
    case ondemand::json_type::null: {
        bool is_null;
        if ((error = value.is_null().get(is_null)) != SUCCESS) { return fail(p, error); }
        if (!is_null) { return malformed(p, "a literal is misspelled"); }
        return append(p, CSIMDJSON_NULL, nullptr, 0) == nullptr ? no_memory(p) : CSIMDJSON_OK;
    }
    }
    return malformed(p, "a value of no known type");
}

csimdjson_status close(csimdjson_parser &p, size_t open) noexcept {
    if (append(p, CSIMDJSON_CLOSE, nullptr, 0) == nullptr) { return no_memory(p); }
    p.tokens[open].next = static_cast<uint32_t>(p.count);
    return CSIMDJSON_OK;
}

csimdjson_status open(csimdjson_parser &p, csimdjson_kind kind, uint32_t depth) noexcept {
    if (depth > p.max_depth) {
        p.problem = "nested too deeply";
        return CSIMDJSON_TOO_DEEP;
    }
    return append(p, kind, nullptr, 0) == nullptr ? no_memory(p) : CSIMDJSON_OK;
}

csimdjson_status walk_object(csimdjson_parser &p, ondemand::object object, uint32_t depth) noexcept {
    size_t start = p.count;
    csimdjson_status status = open(p, CSIMDJSON_OBJECT, depth);
    if (status != CSIMDJSON_OK) { return status; }
    for (auto result : object) {
        ondemand::field field;
        error_code error = std::move(result).get(field);
        if (error != SUCCESS) { return fail(p, error); }
        std::string_view key;
        if ((error = field.unescaped_key().get(key)) != SUCCESS) { return fail(p, error); }
        size_t index = p.count;
        if (append(p, CSIMDJSON_KEY, key.data(), key.size()) == nullptr) { return no_memory(p); }
        if ((status = walk(p, field.value(), depth)) != CSIMDJSON_OK) { return status; }
        p.tokens[index].next = static_cast<uint32_t>(p.count);
    }
    return close(p, start);
}

csimdjson_status walk_array(csimdjson_parser &p, ondemand::array array, uint32_t depth) noexcept {
    size_t start = p.count;
    csimdjson_status status = open(p, CSIMDJSON_ARRAY, depth);
    if (status != CSIMDJSON_OK) { return status; }
    for (auto result : array) {
        ondemand::value value;
        error_code error = std::move(result).get(value);
        if (error != SUCCESS) { return fail(p, error); }
        if ((status = walk(p, value, depth)) != CSIMDJSON_OK) { return status; }
    }
    return close(p, start);
}

csimdjson_status copy_in(csimdjson_parser &p, const void *bytes, size_t length) noexcept {
    size_t needed = length + SIMDJSON_PADDING;
    if (p.input_capacity < needed || p.input_capacity > kept_bytes + needed) {
        std::free(p.input);
        p.input_capacity = 0;
        p.input = static_cast<char *>(std::malloc(needed * 2));
        if (p.input == nullptr) { return no_memory(p); }
        p.input_capacity = needed * 2;
    }
    if (p.token_capacity * sizeof(csimdjson_token) > kept_bytes) {
        std::free(p.tokens);
        p.tokens = nullptr;
        p.token_capacity = 0;
    }
    if (length > 0) { std::memcpy(p.input, bytes, length); }
    std::memset(p.input + length, 0, SIMDJSON_PADDING);
    std::free(p.spelled);
    p.spelled = nullptr;
    p.spelled_used = 0;
    p.length = length;
    p.count = 0;
    return CSIMDJSON_OK;
}

csimdjson_status parse(csimdjson_parser &p, const void *bytes, size_t length) noexcept {
    if (length > UINT32_MAX - 2 * SIMDJSON_PADDING) { return fail(p, CAPACITY); }
    csimdjson_status status = copy_in(p, bytes, length);
    if (status != CSIMDJSON_OK) { return status; }
    size_t first = 0;
    while (first < length && (p.input[first] == ' ' || p.input[first] == '\n' || p.input[first] == '\t' || p.input[first] == '\r')) {
        first++;
    }
    if (first == length) { return malformed(p, "the document is empty"); }
    if (p.input[first] != '{') {
        p.problem = "the document is no object";
        return CSIMDJSON_NOT_OBJECT;
    }
    ondemand::document document;
    error_code error = p.parser.iterate(p.input, length, p.input_capacity).get(document);
    if (error != SUCCESS) { return fail(p, error); }
    ondemand::object object;
    if ((error = document.get_object().get(object)) != SUCCESS) { return fail(p, error); }
    if ((status = walk_object(p, object, 1)) != CSIMDJSON_OK) { return status; }
    const char *rest;
    if (document.current_location().get(rest) != OUT_OF_BOUNDS) { return malformed(p, "something follows the object"); }
    return CSIMDJSON_OK;
}

} // namespace

extern "C" csimdjson_parser *csimdjson_create(void) { return new (std::nothrow) csimdjson_parser(); }

extern "C" void csimdjson_destroy(csimdjson_parser *parser) {
    if (parser == nullptr) { return; }
    std::free(parser->input);
    std::free(parser->tokens);
    std::free(parser->spelled);
    delete parser;
}

extern "C" csimdjson_status csimdjson_parse(
    csimdjson_parser *parser, const void *bytes, size_t length, uint32_t max_depth,
    const csimdjson_token **tokens, size_t *count, const char **problem) {
    parser->max_depth = max_depth;
    parser->problem = "";
    csimdjson_status status = parse(*parser, bytes, length);
    *tokens = status == CSIMDJSON_OK ? parser->tokens : nullptr;
    *count = status == CSIMDJSON_OK ? parser->count : 0;
    *problem = parser->problem;
    return status;
}
