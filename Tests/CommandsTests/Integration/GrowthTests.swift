import Foundation
import ServiceSupport
import Settings
import Testing
import TradeContracts
import TradeKafka

extension Processes {
    /// What comes to a running service: partitions, and other processes (G6, G10).
    @Suite(.serialized, .enabled(if: ServiceBroker.realServers != nil)) struct GrowthTests {
        private static func events(_ numbers: ClosedRange<Int64>) -> [TestRecord] {
            numbers.map { .event("event-\($0)", expert: $0 % 8 + 1, [.init($0, "S\($0)", price: 1)]) }
        }

        @Test(
            "G2, G3, G5: topics get partitions while the service runs: what was in them before it noticed is read, too",
            .enabled(if: KafkaCluster.script != nil))
        func partitionsAreAdded() throws {
            let harness = try ServiceHarness(.kafka)
            let topics = harness.site.topics
            let outputs = try harness.site.outputs()
            let process = try harness.spawn()
            #expect(process.waitForErrors("Running"), "\(process.errors)")
            try harness.site.publish(Self.events(1...200))
            let store = try harness.store()
            let isTaken = { (count: Int64) in try store.integer("SELECT count(*) FROM events") == count }
            #expect(try harness.waitUntilPublished(seconds: 30) { _ in try isTaken(200) }, "\(process.errors)")
            let damage = try KafkaDamage(harness.site)
            for topic in [topics.analysisCompleted, topics.ordersCreated, topics.eventsSkipped] {
                try damage.addPartitions(to: topic, count: 9)
            }
            let start = ContinuousClock.Instant.now
            // A new client: it finds all partitions, and the service doesn't know of them.
            let site = BrokerSite(at: harness.site.servers, topics: topics)
            try site.publish(Self.events(201...1_000))
            let isInNew =
                try site.ends(of: topics.analysisCompleted, partitions: 9)
                > site.ends(of: topics.analysisCompleted)
            #expect(isInNew, "nothing is in the new partitions")
            #expect(
                try harness.waitUntilPublished(seconds: 60) { _ in try isTaken(1_000) },
                "G2: \(process.errors.suffix(3_000))")
            print("partitionsAreAdded: read after \((ContinuousClock.Instant.now - start) / .seconds(1)) s")
            try site.publish(Self.events(1_001...1_200))
            #expect(try harness.waitUntilPublished(seconds: 60) { _ in try isTaken(1_200) }, "\(process.errors)")
            let read = try store.integer(
                "SELECT count(*) FROM input_positions WHERE topic = '\(topics.analysisCompleted)' AND next_offset > 0")
            #expect(read > 4, "positions of the new partitions are kept")
            // The new partitions of the outputs are found by the reader after some seconds.
            #expect(outputs.read(seconds: 60) { $0.orders.count == 1_200 }, "\(outputs.orders.count)")
            process.send(SIGTERM)
            #expect(process.waitForExit() == .code(0), "\(process.errors)")
            #expect(try Ledger.problems(of: harness, with: outputs) == [])
        }

        @Test(
            "G6, G10: a second store in the same group is refused and disturbs nobody; a stand-by of the same store goes on"
        )
        func otherProcesses() throws {
            let harness = try ServiceHarness(.kafka, reference: FaultRun.reference)
            harness.consumerProperties = ["session.timeout.ms": "6000"]
            var run = try FaultRun(harness)
            let own = harness.configuration.store.path
            harness.configuration.store.path = ConfiguredPath(harness.folder.file("another.sqlite"))
            let other = try harness.spawn()
            harness.configuration.store.path = own
            #expect(other.waitForExit() == .code(78), "\(other.errors)")
            print("otherProcesses: \(other.errors)")
            try run.expectProgress("a second store was refused")
            try run.handOver()
            try run.expectProgress("a stand-by has taken over")
            try run.finish("other processes")
        }
    }
}
