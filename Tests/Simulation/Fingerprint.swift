/// 128 bits of a text: among a million texts two fall together with a chance of one in 10^26.
struct Fingerprint: Hashable, Sendable {
    private let low: UInt64
    private let high: UInt64

    init(of text: String) {
        var text = text
        (low, high) = text.withUTF8 { bytes in
            var low = UInt64(bytes.count) ^ 0x9E37_79B9_7F4A_7C15
            var high = ~low
            var place = 0
            while place < bytes.count {
                var word: UInt64 = 0
                let end = min(place + 8, bytes.count)
                while place < end {
                    word = word << 8 | UInt64(bytes[place])
                    place += 1
                }
                low = Fingerprint.mix(low ^ word)
                high = Fingerprint.mix(high &+ word &* 0xD6E8_FEB8_6659_FD93)
            }
            return (low, high)
        }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = (value ^ value >> 32) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 29) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 32
    }
}
