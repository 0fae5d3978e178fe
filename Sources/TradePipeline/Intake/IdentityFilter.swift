/// A Bloom filter over stable hashes: what it does not know was never taken in, so that a new identity needs no question to the
/// store (design §1). False positives cost a load, false negatives do not exist.
///
/// It grows by layers, each twice as large as the one before; a full one takes 0.7 percent of what is new for known.
package struct IdentityFilter: Sendable {
    private struct Layer {
        var words: [UInt64]
        var capacity: Int
        var count = 0
        let mask: UInt64

        init(capacity: Int) {
            // Twelve bits an identity with four probes, and as many identities as the power of two has room for.
            var bits = 1024
            while bits < capacity * 12 { bits *= 2 }
            self.capacity = bits / 12
            words = [UInt64](repeating: 0, count: bits / 64)
            mask = UInt64(bits - 1)
        }
    }

    private var layers: [Layer]

    /// `expected`: identities that will be added soon; the filter grows beyond it.
    package init(expected: Int = 100_000) { layers = [Layer(capacity: max(1024, expected))] }

    package mutating func insert(_ hash: UInt64) {
        if let last = layers.last, last.count >= last.capacity { layers.append(Layer(capacity: last.capacity * 2)) }
        let top = layers.count - 1
        let mask = layers[top].mask
        for probe in 0..<4 {
            let bit = IdentityFilter.bit(hash, probe) & mask
            layers[top].words[Int(bit >> 6)] |= 1 << (bit & 63)
        }
        layers[top].count += 1
    }

    package func mayContain(_ hash: UInt64) -> Bool {
        for layer in layers {
            var found = true
            for probe in 0..<4 {
                let bit = IdentityFilter.bit(hash, probe) & layer.mask
                if layer.words[Int(bit >> 6)] & 1 << (bit & 63) == 0 {
                    found = false
                    break
                }
            }
            if found { return true }
        }
        return false
    }

    private static func bit(_ hash: UInt64, _ probe: Int) -> UInt64 {
        hash &+ UInt64(probe) &* (hash >> 32 | 1)
    }
}
