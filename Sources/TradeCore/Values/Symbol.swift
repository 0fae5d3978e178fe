/// The symbol of an instrument, compared byte for byte without trimming or case folding (R16).
package struct Symbol: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    // String's own `==` compares canonical equivalents as equal; R16 asks for the bytes.
    package static func == (left: Symbol, right: Symbol) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package static func < (left: Symbol, right: Symbol) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xFF))
    }

    package var description: String { text }
}
