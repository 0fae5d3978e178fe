/// A JSON recogniser written from the grammar of RFC 8259, one production a function: what the parser is held against.
struct JSONReference {
    private let text: [UInt8]
    private var index = 0
    private var depth = 0

    /// Whether the text is UTF-8 of one JSON object that nests at most 64 deep.
    static func isObject(_ text: [UInt8]) -> Bool {
        guard String(validating: text, as: UTF8.self) != nil else { return false }
        var reference = JSONReference(text: text)
        reference.space()
        guard reference.peek == UInt8(ascii: "{"), reference.value() else { return false }
        reference.space()
        return reference.index == text.count
    }

    private init(text: [UInt8]) { self.text = text }

    private var peek: UInt8? { index < text.count ? text[index] : nil }

    private mutating func take(_ characters: String) -> Bool {
        guard let byte = peek, characters.utf8.contains(byte) else { return false }
        index += 1
        return true
    }

    private mutating func word(_ word: String) -> Bool {
        guard text[index...].starts(with: word.utf8) else { return false }
        index += word.utf8.count
        return true
    }

    private mutating func space() { while take(" \t\r\n") {} }

    private mutating func value() -> Bool {
        space()
        switch peek {
        case UInt8(ascii: "{"): return collection("}") { $0.member() }
        case UInt8(ascii: "["): return collection("]") { $0.value() }
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func collection(_ end: String, _ item: (inout JSONReference) -> Bool) -> Bool {
        index += 1
        depth += 1
        guard depth <= 64 else { return false }
        defer { depth -= 1 }
        space()
        if take(end) { return true }
        repeat {
            guard item(&self) else { return false }
            space()
        } while take(",")
        return take(end)
    }

    private mutating func member() -> Bool {
        space()
        guard string() else { return false }
        space()
        return take(":") && value()
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        var high = false
        while let byte = peek {
            index += 1
            var low = false
            var nextHigh = false
            switch byte {
            case UInt8(ascii: "\""): return !high
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                if take("u") {
                    guard let unit = hexadecimal() else { return false }
                    low = (0xDC00...0xDFFF).contains(unit)
                    nextHigh = (0xD800...0xDBFF).contains(unit)
                } else if !take("\"\\/bfnrt") {
                    return false
                }
            default: break
            }
            guard low == high else { return false }
            high = nextHigh
        }
        return false
    }

    private mutating func hexadecimal() -> Int? {
        guard index + 4 <= text.count else { return nil }
        var value = 0
        for byte in text[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value * 16 + digit
        }
        index += 4
        return value
    }

    private mutating func digits() -> Bool {
        guard take("0123456789") else { return false }
        while take("0123456789") {}
        return true
    }

    private mutating func number() -> Bool {
        _ = take("-")
        guard take("0") || digits() else { return false }
        if take(".") { guard digits() else { return false } }
        if take("eE") {
            _ = take("+-")
            guard digits() else { return false }
        }
        return true
    }
}
