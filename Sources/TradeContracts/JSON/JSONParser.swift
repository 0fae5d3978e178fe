import CSimdjson

/// Parses JSON documents whose root is an object, by simdjson. Strict: what RFC 8259 does not allow is refused, lone surrogates too.
///
/// Keeps its buffers from one document to the next; one a thread. All calls of the C library stand in this file.
final class JSONParser {
    /// Why a document could not be parsed.
    enum Problem: Error, Equatable {
        /// Not JSON, or not UTF-8; the parser's words for it.
        case malformed(String)
        /// The root is no object.
        case notAnObject
        case tooDeep
        case noMemory
        /// Beyond what the parser can address, 4 GiB.
        case tooLarge
    }

    /// Nesting that is allowed, the root included (R5).
    static let maximumDepth = 64

    private let parser: OpaquePointer?

    init() { parser = csimdjson_create() }

    deinit { csimdjson_destroy(parser) }

    /// Parses a document; the tokens are valid until the next call.
    func parse(_ bytes: UnsafeRawBufferPointer) throws(Problem) -> JSONTokens {
        guard let parser else { throw .noMemory }
        var tokens: UnsafePointer<csimdjson_token>?
        var count = 0
        var problem: UnsafePointer<CChar>?
        let status = csimdjson_parse(
            parser, bytes.baseAddress, bytes.count, UInt32(JSONParser.maximumDepth), &tokens, &count, &problem)
        switch status {
        case CSIMDJSON_OK: return JSONTokens(UnsafeBufferPointer(start: tokens, count: count))
        case CSIMDJSON_NOT_OBJECT: throw .notAnObject
        case CSIMDJSON_TOO_DEEP: throw .tooDeep
        case CSIMDJSON_NO_MEMORY: throw .noMemory
        case CSIMDJSON_TOO_LARGE: throw .tooLarge
        default: throw .malformed(problem.map { String(cString: $0) } ?? "not JSON")
        }
    }

    /// Whether a text nests more than `maximumDepth` deep: brackets outside of strings, also in what is no JSON at all.
    static func isTooDeep(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var depth = 0
        var inString = false
        var escaped = false
        for byte in bytes {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > maximumDepth { return true }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
        }
        return false
    }
}
