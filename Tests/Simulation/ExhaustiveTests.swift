import Foundation
import Support
import Testing
import TradePipeline

/// Every interleaving of a small world: what arrives, waiters, timers, answers, and faults. From every state that is reached the
/// world goes on to its end without another fault, and every guarantee has to hold there.
///
/// Always: what takes seconds. With `TRADE_MANAGER_DEEP` set: three events of a key and one of another with one fault of any
/// kind, and two and one with two, for every policy; that takes minutes, and is meant for a build with optimisation:
///
///     swift build -c release --build-tests -Xswiftc -enable-testing
///     TRADE_MANAGER_DEEP=1 .build/release/trade-managerPackageTests.xctest --testing-library swift-testing --filter ExhaustiveTests
@Suite(.serialized) struct ExhaustiveTests {
    /// A world to explore: events of the first key, and faults of any kind together.
    struct World: CustomTestStringConvertible, Sendable {
        let policy: LockPolicy
        let events: Int
        let faults: Int

        var testDescription: String {
            "\(policy.whenBusy.rawValue), wait \(policy.wait / 1_000_000) ms, \(events)+1 events, faults: \(faults)"
        }

        func explorer() -> Explorer {
            Explorer { ExhaustiveWorld(policy: policy, events: events, faults: faults) }
        }
    }

    private static let coalesce = LockPolicy(whenBusy: .coalesce, wait: 0)
    private static let queue = LockPolicy(whenBusy: .queue, wait: 0, queueLimit: 1)
    private static let waiter = LockPolicy(whenBusy: .coalesce, wait: 500_000_000)
    private static let isDeep = ProcessInfo.processInfo.environment["TRADE_MANAGER_DEEP"] != nil

    @Test(arguments: [
        World(policy: coalesce, events: 3, faults: 0), World(policy: queue, events: 2, faults: 0),
        World(policy: waiter, events: 2, faults: 0), World(policy: coalesce, events: 2, faults: 1),
    ])
    func everyInterleaving(of world: World) { explore(world) }

    @Test(
        .enabled(if: isDeep),
        arguments: [
            World(policy: queue, events: 3, faults: 0), World(policy: waiter, events: 3, faults: 0),
            World(policy: coalesce, events: 3, faults: 1), World(policy: queue, events: 3, faults: 1),
            World(policy: waiter, events: 3, faults: 1),
        ])
    func everyInterleavingDeep(of world: World) { explore(world) }

    @Test(
        .enabled(if: isDeep),
        arguments: [
            World(policy: coalesce, events: 2, faults: 2), World(policy: queue, events: 2, faults: 2),
            World(policy: waiter, events: 2, faults: 2),
        ])
    func everyInterleavingWithTwoFaultsDeep(of world: World) { explore(world) }

    private func explore(_ world: World) {
        var explorer = world.explorer()
        let time = ContinuousClock().measure { explorer.run() }
        print(
            "\(world.testDescription): \(explorer.states) states, \(explorer.moves) moves, depth \(explorer.depth), "
                + "\(explorer.ends) ends, \(time.components.seconds) s")
        if let finding = explorer.finding { Issue.record("\(finding)") }
    }

    /// Whether the words that tell states apart say enough: where two paths met, the same follows after both.
    @Test(arguments: [
        (World(policy: waiter, events: 2, faults: 0), 30), (World(policy: coalesce, events: 1, faults: 1), 60),
    ])
    func whatMeetsGoesOnAlike(of world: World, stride: Int) { compare(world, stride) }

    @Test(
        .enabled(if: isDeep),
        arguments: [
            (World(policy: coalesce, events: 2, faults: 1), 1), (World(policy: queue, events: 2, faults: 1), 1),
            (World(policy: waiter, events: 2, faults: 1), 1), (World(policy: waiter, events: 3, faults: 0), 1),
        ])
    func whatMeetsGoesOnAlikeDeep(of world: World, stride: Int) { compare(world, stride) }

    private func compare(_ world: World, _ stride: Int) {
        var explorer = world.explorer()
        explorer.run()
        #expect(explorer.meetings > stride * 10)
        if let difference = explorer.difference(stride: stride) { Issue.record("\(difference)") }
    }
}
