import Testing

@testable import TradePipeline

@Suite struct RetryPolicyTests {
    @Test func pausesDoubleUpToTheMaximumAndJitterTakesUpToHalf() {
        let policy = RetryPolicy(attempts: 8, initial: 100, maximum: 1000)
        let most: [Int64] = [100, 200, 400, 800, 1000, 1000]
        for (index, expected) in most.enumerated() {
            #expect(policy.pause(failures: index + 1, jitter: 0) == expected)
            for jitter in [UInt64(0), 1, 49, 12345, .max] {
                let pause = policy.pause(failures: index + 1, jitter: jitter)
                #expect(pause <= expected && pause >= expected - expected / 2)
            }
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 1, .max], [Int64.min, -1, 0, 1, .max])
    func nothingTrapsAtTheEnds(initial: Int64, maximum: Int64) {
        let policy = RetryPolicy(attempts: 1, initial: initial, maximum: maximum)
        for failures in [Int.min, -1, 0, 1, 62, 63, 64, .max] {
            for jitter in [UInt64(0), .max] { #expect(policy.pause(failures: failures, jitter: jitter) >= 1) }
        }
    }
}
