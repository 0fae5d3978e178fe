import Foundation
import Support
import Testing

/// The shipped machine in random worlds. `TRADE_MANAGER_SIM_SEED=N` replays one of them, `TRADE_MANAGER_SIM_SEEDS=N` runs so
/// many.
@Suite struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test func guaranteesHoldInRandomWorlds() {
        if let seed = SimulationTests.environment["TRADE_MANAGER_SIM_SEED"].flatMap({ UInt64($0) }) {
            let world = RandomWorld(seed: seed)
            let violations = world.run()
            print(world.story.joined(separator: "\n"))
            #expect(violations.isEmpty, "seed \(seed): \(violations)")
            return
        }
        let seeds = SimulationTests.environment["TRADE_MANAGER_SIM_SEEDS"].flatMap { UInt64($0) } ?? 1000
        var failed: [(UInt64, [String])] = []
        for seed in 1...max(1, seeds) {
            let violations = RandomWorld(seed: seed).run()
            if !violations.isEmpty { failed.append((seed, violations)) }
        }
        for (seed, violations) in failed.prefix(5) {
            Issue.record("TRADE_MANAGER_SIM_SEED=\(seed): \(violations.prefix(3))")
        }
        #expect(failed.count == 0, "\(failed.count) of \(seeds) seeds fail")
    }
}
