import Foundation
import ServiceSupport
import Testing
import TradeContracts
import TradePipeline

extension Processes {
    /// G5 and R95 on a real Kafka, while things fail.
    @Suite(.serialized, .enabled(if: ServiceBroker.realServers != nil)) struct ExactlyOnceTests {
        private static func events(_ numbers: ClosedRange<Int64>) -> [TestRecord] {
            numbers.map { .event("event-\($0)", expert: $0 % 4 + 1, [.init($0, "S\($0)", price: 1)]) }
        }

        private static func expectWhole(_ harness: ServiceHarness, _ outputs: OutputReader, _ process: ChildProcess)
            throws
        {
            #expect(
                try harness.waitUntilPublished(seconds: 90, every: 0.05), "G2: \(process.errors.suffix(3_000))")
            process.send(SIGTERM)
            #expect(process.waitForExit() == .code(0), "\(process.errors.suffix(3_000))")
            #expect(try Ledger.problems(of: harness, with: outputs) == [])
        }

        @Test(
            "R95: what waited longer than it is good for is withdrawn, unless it is published: never both, never neither",
            arguments: [CrashPoint.beforePublishing, .rowsAcknowledged, .markSent, .transactionCommitted])
        func expires(_ point: CrashPoint) throws {
            let harness = try ServiceHarness(.kafka)
            let outputs = try harness.site.outputs()
            try harness.site.publish([.event("late", [.init(1, "AAPL")])])
            // The first transaction has the mark alone.
            let passed = point == .beforePublishing ? 0 : 1
            let first = try harness.spawn("orders: {valid_for: 2}", crashAt: "\(point.rawValue):\(passed)")
            #expect(first.waitForExit() == .signal(SIGKILL), "\(first.errors)")
            // The outage.
            Thread.sleep(forTimeInterval: 2.5)
            let process = try harness.spawn("orders: {valid_for: 2}")
            let isPublished = point == .transactionCommitted
            #expect(
                outputs.read { $0.all.contains { isPublished || $0.text("reason") == "expired" } },
                "\(outputs.summary)\n\(process.errors)")
            try Self.expectWhole(harness, outputs, process)
            let entries = outputs.orders.filter { $0.text("role") == "entry" }
            #expect(entries.count == (isPublished ? 1 : 0), "\(point): \(outputs.summary)")
            #expect(outputs.skips("expired").count == (isPublished ? 0 : 1), "\(point): \(outputs.summary)")
            let failed = try harness.store().integer("SELECT count(*) FROM positions WHERE status = 5")
            #expect(failed == (isPublished ? 0 : 1), "the position of a withdrawn entry is FAILED")
        }

        @Test("A process that hangs past its session and its transaction, and comes back, goes on")
        func hangs() throws {
            let harness = try ServiceHarness(.kafka)
            harness.consumerProperties = ["session.timeout.ms": "6000"]
            let outputs = try harness.site.outputs()
            let process = try harness.spawn()
            #expect(process.waitForErrors("Running"), "\(process.errors)")
            try harness.site.publish(Self.events(1...2_000))
            #expect(outputs.read { $0.all.count > 50 }, "\(process.errors)")
            process.send(SIGSTOP)
            try harness.site.publish(Self.events(2_001...2_200))
            Thread.sleep(forTimeInterval: 13)
            process.send(SIGCONT)
            #expect(
                outputs.read(seconds: 90) { outputs in
                    Set(outputs.all.compactMap { $0.integer("recommendation_id") }).count == 2_200
                }, "\(outputs.all.count): \(process.errors.suffix(3_000))")
            try Self.expectWhole(harness, outputs, process)
        }

        @Test(
            "G2, G5: a broker that hangs, and one that is killed and comes back, under load",
            .enabled(if: KafkaCluster.script != nil), arguments: ["pause", "kill"])
        func outage(_ kind: String) throws {
            let cluster = try KafkaCluster(script: #require(KafkaCluster.script))
            let harness = try ServiceHarness(at: BrokerSite(.kafka, servers: cluster.servers))
            let outputs = try harness.site.outputs()
            let process = try harness.spawn()
            #expect(process.waitForErrors("Running"), "\(process.errors)")
            try harness.site.publish(Self.events(1...3_000))
            #expect(outputs.read { $0.all.count > 50 }, "\(process.errors)")
            try cluster.tell("\(kind)-node")
            Thread.sleep(forTimeInterval: kind == "pause" ? 15 : 30)
            try cluster.tell(kind == "pause" ? "resume-node" : "start-node")
            #expect(
                outputs.read(seconds: 150) { outputs in
                    Set(outputs.all.compactMap { $0.integer("recommendation_id") }).count == 3_000
                }, "\(outputs.all.count): \(process.errors.suffix(3_000))")
            try Self.expectWhole(harness, outputs, process)
        }
    }
}
