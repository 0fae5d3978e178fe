/// Cuts text at a character, never within one (R92).
enum TextLimit {
    /// Bytes of the `message` of an output (R92).
    static let message = 1_024

    /// The longest beginning of a text that is at most `limit` bytes and ends between two Unicode scalars.
    static func cut(_ text: UnsafeRawBufferPointer, to limit: Int) -> UnsafeRawBufferPointer {
        guard text.count > limit else { return text }
        var end = limit
        // A byte 10xxxxxx goes on with a scalar that began before it.
        while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[..<end])
    }

    static func cut(_ text: String, to limit: Int) -> String {
        var text = text
        return text.withUTF8 { utf8 in
            utf8.count <= limit
                ? String(decoding: utf8, as: UTF8.self)
                : String(decoding: cut(UnsafeRawBufferPointer(utf8), to: limit), as: UTF8.self)
        }
    }
}
