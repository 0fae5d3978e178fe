/// Makes text harmless in a line of the log.
enum Escaping {
    /// Appends text with its control characters as JSON writes them.
    ///
    /// Escaped are C0, DEL, C1 and the line separators U+2028 and U+2029 (some readers end a line there), and the characters that
    /// turn the direction of writing, with which a line could show what it doesn't say.
    /// - Parameters:
    ///   - text: what to append.
    ///   - quoted: whether it stands between quotes, so that `"` and `\` are escaped too.
    ///   - bytes: where to append.
    static func append(_ text: String, quoted: Bool, to bytes: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0a: bytes += "\\n".utf8
            case 0x0d: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x22 where quoted: bytes += "\\\"".utf8
            case 0x5c where quoted: bytes += "\\\\".utf8
            case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069:
                bytes += "\\u".utf8
                let hex = String(scalar.value, radix: 16)
                for _ in hex.utf8.count..<4 { bytes.append(UInt8(ascii: "0")) }
                bytes += hex.utf8
            default: bytes += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
    }
}
