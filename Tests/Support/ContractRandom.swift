import TradePipeline

/// Random numbers that a seed gives again, with what tests ask of them.
package struct ContractRandom: RandomNumberGenerator {
    private var generator: SplitMix

    package init(seed: UInt64) { generator = SplitMix(seed: seed) }

    package mutating func next() -> UInt64 { generator.next() }

    /// True in so many of a hundred cases.
    package mutating func chance(_ percent: UInt64) -> Bool { next() % 100 < percent }
}
