import Testing
import TradeCore

@Suite("Texts are compared byte for byte (R16)") struct SameBytesTests {
    /// Every length around the eight bytes that are compared at once, with a difference at every place.
    @Test func everyByteCounts() {
        for count in 0...40 {
            let text = String(repeating: "a", count: count)
            #expect(text.hasSameBytes(as: String(repeating: "a", count: count)))
            #expect(!text.hasSameBytes(as: text + "a"))
            #expect(!(text + "a").hasSameBytes(as: text))
            for place in 0..<count {
                var bytes = Array(text.utf8)
                bytes[place] = UInt8(ascii: "b")
                #expect(!text.hasSameBytes(as: String(decoding: bytes, as: UTF8.self)), "\(count) bytes, \(place)")
            }
        }
    }

    @Test func canonicalEquivalentsDiffer() {
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        #expect(!composed.hasSameBytes(as: decomposed))
        #expect(Symbol(composed) != Symbol(decomposed))
        #expect(Set([Symbol(composed), Symbol(decomposed), Symbol(composed)]).count == 2)
    }

    /// What is equal hashes alike, however the text is stored.
    @Test func hashesFollowTheBytes() {
        for text in ["", "A", "AAPL", "BRK.B", "a symbol of more than fifteen bytes", "\u{1F4C8}"] {
            let other = String(decoding: Array(text.utf8), as: UTF8.self)
            let part = String(("x" + text).dropFirst())
            #expect(Symbol(text) == Symbol(other) && Symbol(text) == Symbol(part))
            #expect(Symbol(text).hashValue == Symbol(other).hashValue)
            #expect(Symbol(text).hashValue == Symbol(part).hashValue)
        }
    }
}
