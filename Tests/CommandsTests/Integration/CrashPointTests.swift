import Foundation
import ServiceSupport
import Support
import Testing
import TradePipeline

extension Processes {
    /// The process is killed at each named point around every commit and publishing, alone and in pairs.
    @Suite struct CrashPointTests {
        /// All pairs, and each point again when something is under way.
        private static let isLong = ProcessInfo.processInfo.environment["TRADE_MANAGER_ALL_PAIRS"] != nil

        private static func points(_ broker: ServiceBroker) -> [CrashPoint] {
            CrashPoint.allCases.filter { broker == .kafka || !$0.needsTransactions }
        }

        @Test(
            "G2 to G6: killed at each point, and at each again after the next start", arguments: ServiceBroker.available
        )
        func eachAlone(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            var load = Load()
            for point in Self.points(broker) {
                // The first time that it is passed, and one when something is under way.
                for passed in Self.isLong ? [0, 1] : [0] {
                    try expectDeath(harness, at: "\(point.rawValue):\(passed)", &load, mayMiss: passed > 0)
                }
            }
            try expectWhole(harness, outputs, load)
        }

        @Test("G2 to G6: killed at one point, and then at another", arguments: ServiceBroker.available)
        func inPairs(_ broker: ServiceBroker) throws {
            let seed = UInt64.random(in: 0 ... .max)
            print("inPairs \(broker): seed \(seed)")
            var random = ContractRandom(seed: seed)
            let points = Self.points(broker)
            var pairs = points.flatMap { first in points.map { (first, $0) } }
            pairs.shuffle(using: &random)
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            var load = Load()
            for (first, second) in pairs.prefix(Self.isLong ? pairs.count : 6) {
                try expectDeath(harness, at: first.rawValue, &load)
                try expectDeath(harness, at: second.rawValue, &load)
            }
            try expectWhole(harness, outputs, load)
        }

        /// Starts a process that has to die there, with records for it to read.
        private func expectDeath(
            _ harness: ServiceHarness, at point: String, _ load: inout Load, mayMiss: Bool = false
        ) throws {
            try harness.site.publish(load.next(6))
            let process = try harness.spawn("log: {level: error}", crashAt: point)
            var exit = process.waitForExit(seconds: 1)
            // Another record makes it pass points that belong to a second group or transaction.
            for _ in 0..<(mayMiss ? 4 : 20) where exit == nil {
                try harness.site.publish(load.next(2))
                exit = process.waitForExit(seconds: 0.5)
            }
            if exit == nil, mayMiss {
                process.send(SIGKILL)
                exit = process.waitForExit()
            }
            #expect(exit == .signal(SIGKILL), "\(point) was not reached: \(process.errors)")
        }

        private func expectWhole(_ harness: ServiceHarness, _ outputs: OutputReader, _ load: Load) throws {
            let process = try harness.spawn()
            let done = try harness.waitUntilPublished(seconds: 60) { store in
                try store.integer("SELECT count(*) FROM events") == load.count
            }
            #expect(done, "G2: \(process.errors.suffix(2_000))")
            process.send(SIGTERM)
            #expect(process.waitForExit() == .code(0), "\(process.errors)")
            #expect(try Ledger.problems(of: harness, with: outputs) == [])
        }
    }
}

/// Events of some experts in many symbols.
private struct Load {
    private(set) var count: Int64 = 0

    mutating func next(_ number: Int) -> [TestRecord] {
        (0..<number).map { _ in
            count += 1
            return .event("event-\(count)", expert: count % 4 + 1, [.init(count, "S\(count % 50)", price: 10)])
        }
    }
}
