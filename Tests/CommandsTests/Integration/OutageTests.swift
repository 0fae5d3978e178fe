import Commands
import Foundation
import ServiceSupport
import Support
import Testing
import TradeKafka

extension Integration {
    /// A broker that comes and goes and refuses.
    @Suite struct OutageTests {
        @Test("G2, G5: random outages and refusals of the broker lose nothing and keep each key's order")
        func randomTroubles() throws {
            let seed = UInt64.random(in: 0 ... .max)
            print("randomTroubles: seed \(seed)")
            var random = ContractRandom(seed: seed)
            let harness = try ServiceHarness(.embedded)
            let broker = try #require(harness.site.embedded)
            let outputs = try harness.site.outputs()
            let running = try harness.start()
            var number: Int64 = 0
            for _ in 1...10 {
                let events = (0..<60).map { _ -> TestRecord in
                    number += 1
                    return .event(
                        "e\(number)", expert: .random(in: 1...8, using: &random), [.init(number, "S\(number % 90)")])
                }
                try harness.site.publish(events)
                switch Int.random(in: 0...3, using: &random) {
                case 0:
                    broker.goDown()
                    Thread.sleep(forTimeInterval: .random(in: 0...0.2, using: &random))
                    broker.comeUp()
                case 1:
                    // NOT_LEADER, REQUEST_TIMED_OUT, NOT_ENOUGH_REPLICAS: each is tried again.
                    let codes = [6, 7, 19].shuffled(using: &random) as [Int32]
                    broker.refuse(.produce, codes: codes)
                case 2: broker.refuse(.fetch, codes: [6, 6])
                default: broker.refuse(.offsetCommit, codes: [7, 16])
                }
            }
            let done = outputs.read(seconds: 60) { outputs in
                outputs.all.count { $0.integer("recommendation_id") != nil } >= number
            }
            #expect(done, "G2, seed \(seed): \(outputs.all.count)\n\(running.log.text.suffix(4_000))")
            #expect(Eventually.holds { running.service.isQuiet }, "seed \(seed)")
            #expect(try running.stop() == .stopped(complete: true))
            #expect(try Ledger.problems(of: harness, with: outputs) == [], "seed \(seed)")
            #expect(try harness.store().integer("SELECT count(*) FROM recommendations") == number)
        }
    }
}
