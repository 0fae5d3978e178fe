import Foundation
import Support
import Testing
import TradePipeline

/// Every interleaving of a small world: what arrives, waiters, timers, answers, and faults. From every state that is reached the
/// world goes on to its end without another fault, and every guarantee has to hold there.
///
/// Always: three events of a key and one of another without a fault, and two and one with one fault of any kind. With
/// `TRADE_MANAGER_DEEP` set: three and one with one fault, some 300,000 states a policy, which takes minutes.
@Suite(.serialized) struct ExhaustiveTests {
    private static let isDeep = ProcessInfo.processInfo.environment["TRADE_MANAGER_DEEP"] != nil

    private static let policies = [
        LockPolicy(whenBusy: .coalesce, wait: 0), LockPolicy(whenBusy: .queue, wait: 0, queueLimit: 1),
        LockPolicy(whenBusy: .coalesce, wait: 500_000_000),
    ]

    @Test(arguments: policies) func withoutFaults(policy: LockPolicy) {
        explore(policy, events: 3, faults: 0, atLeast: 300)
    }

    @Test func withOneFault() {
        explore(ExhaustiveTests.policies[0], events: 2, faults: 1, atLeast: 3_000)
    }

    @Test(.enabled(if: isDeep), arguments: policies) func withOneFaultDeep(policy: LockPolicy) {
        explore(policy, events: 3, faults: 1, atLeast: 50_000)
    }

    private func explore(_ policy: LockPolicy, events: Int, faults: Int, atLeast: Int) {
        var limits = ExhaustiveWorld.Limits()
        limits.faults = faults
        let make = { ExhaustiveWorld(policy: policy, events: events, limits: limits) }
        var states = 0
        var seen: Set<String> = []
        var open: [[Move]] = [[]]
        while var path = open.popLast() {
            var world = replay(path, make)
            // On along the first branch; the others are kept for later.
            while seen.insert(world.fingerprint).inserted {
                states += 1
                let moves = world.moves
                world.check()
                world.finish()
                if !world.checker.violations.isEmpty {
                    Issue.record("\(world.checker.violations.prefix(3)) after \(path)")
                    return
                }
                guard let first = moves.first else { break }
                for move in moves.dropFirst() { open.append(path + [move]) }
                path.append(first)
                world = replay(path, make)
            }
        }
        print("\(policy.whenBusy.rawValue), wait \(policy.wait / 1_000_000) ms, \(faults) faults: \(states) states")
        #expect(states >= atLeast)
    }

    private func replay(_ path: [Move], _ make: () -> ExhaustiveWorld) -> ExhaustiveWorld {
        let world = make()
        for move in path { world.apply(move) }
        return world
    }
}
