import CSimdjson

/// What a token of a JSON document is.
enum JSONKind: UInt32 {
    case end = 0
    case object
    case array
    case close
    case key
    case string
    case number
    case yes
    case no
    case null

    /// How messages call a value of this kind.
    var noun: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .yes, .no: "a boolean"
        case .null: "null"
        case .end, .close, .key: "nothing"
        }
    }
}

/// The tokens of one document, in its order; an object's are its keys, each followed by its value, then a `close`.
///
/// Valid until the parser that made them parses again. An index beyond the end reads as `.end`, so that a walk always stops.
struct JSONTokens {
    private let tokens: UnsafeBufferPointer<csimdjson_token>

    init(_ tokens: UnsafeBufferPointer<csimdjson_token>) { self.tokens = tokens }

    func kind(_ index: Int) -> JSONKind {
        guard tokens.indices.contains(index) else { return .end }
        return JSONKind(rawValue: tokens[index].kind.rawValue) ?? .end
    }

    /// The bytes of a key or string, unescaped, or of a number as it was written; empty for other tokens.
    func bytes(_ index: Int) -> UnsafeRawBufferPointer {
        guard tokens.indices.contains(index) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: tokens[index].text, count: Int(tokens[index].length))
    }

    func text(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

    /// The index of the token after this value and all that is in it; always beyond `index`.
    func next(_ index: Int) -> Int {
        guard tokens.indices.contains(index) else { return index + 1 }
        return Int(tokens[index].next)
    }
}
