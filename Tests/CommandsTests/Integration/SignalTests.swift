import Foundation
import ServiceSupport
import Testing
import TradeKafka

extension Processes {
    /// SIGTERM ends with 0 at any time, a second one at once.
    @Suite struct SignalTests {
        @Test("SIGTERM while it starts ends with 0")
        func whileStarting() throws {
            let harness = try ServiceHarness(.embedded)
            for _ in 0..<3 {
                let process = try harness.spawn()
                // Beside the store, and made before anything else is.
                #expect(
                    Eventually.holds {
                        FileManager.default.fileExists(atPath: harness.folder.file("store.sqlite.lock"))
                    })
                process.send(SIGTERM)
                #expect(process.waitForExit() == .code(0), "\(process.errors)")
                #expect(!process.errors.contains("Fatal"))
                try FileManager.default.removeItem(atPath: harness.folder.file("store.sqlite.lock"))
            }
        }

        @Test("SIGTERM and SIGINT while it is idle end with 0", arguments: ServiceBroker.available, [SIGTERM, SIGINT])
        func whileIdle(_ broker: ServiceBroker, signal: Int32) throws {
            let harness = try ServiceHarness(broker)
            let process = try harness.spawn()
            #expect(process.waitForErrors("Running"), "\(process.errors)")
            #expect(process.waitForErrors("Reference data is complete"), "\(process.errors)")
            process.send(signal)
            #expect(process.waitForExit() == .code(0), "\(process.errors)")
            #expect(process.errors.contains("Stopped"), "\(process.errors)")
        }

        @Test(
            "G2, G5: SIGTERM under load ends with 0, and what was taken in is decided or stays pending",
            arguments: ServiceBroker.available)
        func underLoad(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker)
            let outputs = try harness.site.outputs()
            try harness.site.publish((1...4_000).map { .event("e\($0)", expert: $0 % 8 + 1, [.init($0, "S\($0)")]) })
            let first = try harness.spawn()
            #expect(outputs.read(count: 1), "\(first.errors)")
            first.send(SIGTERM)
            #expect(first.waitForExit() == .code(0), "\(first.errors)")
            #expect(!first.errors.contains("deadline"), "\(first.errors)")
            let second = try harness.spawn()
            let done = outputs.read(seconds: 60) { outputs in
                outputs.orders.count + outputs.skips.count { $0.integer("recommendation_id") != nil } >= 4_000
            }
            #expect(done, "G2: \(outputs.all.count)\n\(second.errors)")
            second.send(SIGTERM)
            #expect(second.waitForExit() == .code(0), "\(second.errors)")
            #expect(try Ledger.problems(of: harness, with: outputs) == [])
            #expect(outputs.orders.count == 4_000)
        }

        @Test("A broker that can't be reached is tried again with one clear line, and SIGTERM ends with 0")
        func brokerAway() throws {
            let folder = try TemporaryFolder()
            // Port 1 refuses.
            let process = try ChildProcess(
                BuiltProgram.tradeManager, ["run", "--kafka.bootstrap_servers", "127.0.0.1:1"], folder: folder.path)
            #expect(process.waitForErrors("127.0.0.1:1 can't be reached, it is tried again"), "\(process.errors)")
            process.send(SIGTERM)
            #expect(process.waitForExit(seconds: 20) == .code(0), "\(process.errors)")
            let lines = process.errors.split(separator: "\n").filter { $0.contains("127.0.0.1:1") }
            #expect(lines.count == 1, "\(process.errors)")
        }

        @Test("A broker that goes away and comes back: nothing is lost, and SIGTERM while it is away ends with 0")
        func brokerGoesAway() throws {
            let harness = try ServiceHarness(.embedded)
            let broker = try #require(harness.site.embedded)
            let outputs = try harness.site.outputs()
            let first = try harness.spawn()
            try harness.site.publish([.event("one", [.init(1, "AAPL")])])
            #expect(outputs.read(count: 1), "\(first.errors)")
            broker.goDown()
            #expect(first.waitForErrors("no Kafka broker"), "\(first.errors)")
            broker.comeUp()
            try harness.site.publish([.event("two", [.init(2, "MSFT")])])
            #expect(outputs.read(count: 2), "G2: \(first.errors)")
            broker.goDown()
            first.send(SIGTERM)
            #expect(first.waitForExit(seconds: 20) == .code(0), "\(first.errors)")
        }

        @Test("G2, G5: SIGTERM while nothing can be published ends with 0 at the deadline, a second one at once")
        func nothingCanBePublished() throws {
            let harness = try ServiceHarness(.embedded)
            let broker = try #require(harness.site.embedded)
            try harness.site.publish([.event("one", [.init(1, "AAPL")])])
            // NOT_LEADER_FOR_PARTITION: a producer goes on trying.
            broker.refuse(.produce, codes: Array(repeating: 6, count: 100_000))
            let first = try harness.spawn("shutdown: {deadline: 1}")
            let store = try Self.waitForOrder(harness)
            first.send(SIGTERM)
            #expect(first.waitForExit(seconds: 20) == .code(0), "\(first.errors)")
            #expect(first.errors.contains("what is not published is in the outbox"), "\(first.errors)")
            let second = try harness.spawn("shutdown: {deadline: 600}")
            #expect(second.waitForErrors("Running"), "\(second.errors)")
            second.send(SIGTERM)
            #expect(second.waitForErrors("Stopping"), "\(second.errors)")
            second.send(SIGTERM)
            #expect(second.waitForExit(seconds: 10) == .code(128 + SIGTERM), "\(second.errors)")
            #expect(try store.integer("SELECT last_outbox - relay_mark FROM store") == 1)
            broker.stopRefusing(.produce)
            let outputs = try harness.site.outputs()
            let third = try harness.spawn()
            #expect(outputs.read(count: 1), "G5: what was not published is: \(third.errors)")
            #expect(outputs.orders.count == 1)
            third.send(SIGTERM)
            #expect(third.waitForExit() == .code(0), "\(third.errors)")
        }

        private static func waitForOrder(_ harness: ServiceHarness) throws -> StoreFileReader {
            #expect(
                Eventually.holds(every: 0.01) {
                    guard let store = try? harness.store() else { return false }
                    return (try? store.integer("SELECT last_outbox FROM store")) == 1
                })
            return try harness.store()
        }
    }
}
