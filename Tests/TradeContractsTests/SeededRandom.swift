import Support

/// SplitMix64, whose seed failures print, so that they can be run again with it.
struct SeededRandom: RandomNumberGenerator {
    let seed: UInt64
    private var numbers: ContractRandom

    init(seed: UInt64) {
        self.seed = seed
        numbers = ContractRandom(seed: seed)
    }

    /// A new generator whose seed is printed.
    static func fresh(_ purpose: String) -> SeededRandom {
        let seed = UInt64.random(in: .min ... .max)
        print("\(purpose): seed \(seed)")
        return SeededRandom(seed: seed)
    }

    mutating func next() -> UInt64 { numbers.next() }
}
