import Foundation
import Support
import Testing
import TradePipeline

/// Every interleaving of a small world. With `TRADE_MANAGER_DEEP` set two faults of any kind meet on a path, otherwise one.
@Suite(.serialized) struct ExhaustiveTests {
    struct Explored {
        var states = 0
        var violation: (path: [Move], text: [String])?
    }

    private static let isDeep = ProcessInfo.processInfo.environment["TRADE_MANAGER_DEEP"] != nil

    @Test(arguments: [
        LockPolicy(whenBusy: .coalesce, wait: 500_000_000), LockPolicy(whenBusy: .coalesce, wait: 0),
        LockPolicy(whenBusy: .queue, wait: 500_000_000, queueLimit: 1),
    ])
    func guaranteesHoldInEveryInterleaving(policy: LockPolicy) {
        let explored = explore(policy, faults: ExhaustiveTests.isDeep ? 2 : 1)
        print("\(policy.whenBusy), wait \(policy.wait / 1_000_000) ms: \(explored.states) states")
        if let violation = explored.violation {
            Issue.record("\(violation.text.prefix(3)) after \(violation.path)")
        }
        #expect(explored.states > 1000)
    }

    private func explore(_ policy: LockPolicy, faults: Int) -> Explored {
        var limits = ExhaustiveWorld.Limits()
        limits.faults = faults
        var result = Explored()
        var seen: Set<String> = []
        var open: [[Move]] = [[]]
        while let path = open.popLast() {
            var path = path
            var world = replay(path, policy, limits)
            // On along the first branch; the others are kept for later.
            while seen.insert(world.fingerprint).inserted {
                result.states += 1
                if result.states % 2000 == 0 { print(result.states, path.count, open.count) }
                let moves = world.moves
                world.check()
                world.finish()
                guard world.checker.violations.isEmpty else {
                    result.violation = (path, world.checker.violations)
                    return result
                }
                guard let first = moves.first else { break }
                for move in moves.dropFirst() { open.append(path + [move]) }
                path.append(first)
                world = replay(path, policy, limits)
            }
        }
        return result
    }

    private func replay(_ path: [Move], _ policy: LockPolicy, _ limits: ExhaustiveWorld.Limits) -> ExhaustiveWorld {
        let world = ExhaustiveWorld(policy: policy, limits: limits)
        for move in path { world.apply(move) }
        return world
    }
}
