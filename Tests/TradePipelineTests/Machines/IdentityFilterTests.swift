import Support
import Testing

@testable import TradePipeline

@Suite struct IdentityFilterTests {
    @Test(arguments: [0, 1, 1024, 5000]) func hasNoFalseNegativesThroughAllLayers(expected: Int) {
        var random = ContractRandom(seed: UInt64(expected) + 1)
        var filter = IdentityFilter(expected: expected)
        var known: [UInt64] = []
        for _ in 0..<30_000 {
            let hash = random.next()
            known.append(hash)
            filter.insert(hash)
        }
        #expect(known.allSatisfy { filter.mayContain($0) })
        var wrong = 0
        for _ in 0..<20_000 where filter.mayContain(random.next()) { wrong += 1 }
        #expect(wrong < 1000, "\(wrong) false positives in 20,000: loads, not errors, but there should be few")
    }

    @Test func extremeHashes() {
        var filter = IdentityFilter(expected: 0)
        for hash in [UInt64(0), 1, .max, 1 << 63] {
            filter.insert(hash)
            #expect(filter.mayContain(hash))
        }
    }
}
