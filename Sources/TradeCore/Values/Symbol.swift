/// The symbol of an instrument, compared byte for byte without trimming or case folding (R16).
package struct Symbol: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    // String's own `==` compares canonical equivalents as equal; R16 asks for the bytes.
    package static func == (left: Symbol, right: Symbol) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    package static func < (left: Symbol, right: Symbol) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isDone == nil { for byte in text.utf8 { hasher.combine(byte) } }
        hasher.combine(UInt8(0xFF))
    }

    package var description: String { text }
}
