import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Topics and partitions that come while the service is down or runs: one process reads them all (G10), each record once (G3).
@Suite(.serialized) struct NewPartitionTests {
    /// What a process remembers over its restarts, as the store does.
    private final class Reader {
        let bench: BrokerBench
        private(set) var positions: [TopicPartition: Int64] = [:]
        private(set) var seen: [RecordAddress: Int] = [:]
        private(set) var driver: SourceDriver?

        init(_ bench: BrokerBench) { self.bench = bench }

        var reading: [TopicPartition] {
            (driver?.source as? KafkaConsumer)?.readers.keys.sorted() ?? []
        }

        func start() throws -> SourceDriver {
            let driver = SourceDriver(try bench.makeSource())
            driver.begin = { [weak self] in .offset(self?.positions[$0] ?? 0) }
            driver.onBatch = { [weak self] batch in
                for record in batch {
                    self?.positions[record.address.topicPartition] = record.address.offset + 1
                    self?.seen[record.address, default: 0] += 1
                }
            }
            self.driver = driver
            return driver
        }

        func stop() {
            driver?.source.close(deadline: 5)
            driver = nil
        }
    }

    private static func bench(_ broker: TestBroker, isStatic: Bool = true) throws -> BrokerBench {
        let bench = try BrokerBench(broker, createsTopics: false)
        if isStatic { bench.configuration.groupInstanceID = "store-1" }
        bench.configuration.consumerProperties["session.timeout.ms"] = "30000"
        try bench.createTopics([bench.configuration.topics.analysisCompleted: 4])
        return bench
    }

    private static func records(_ count: Int, _ value: String) -> [RecordContent] {
        (0..<count).map { RecordContent(key: "\($0)", value: value) }
    }

    private static let events = BrokerBench.partitions(of: .analysisCompleted, 0..<4)
    private static let updates = BrokerBench.partitions(of: .orderUpdates, 0..<4)

    @Test(.enabled(if: TestBroker.hasReal), arguments: [true, false]) func topicCreatedWhileDown(_ isStatic: Bool)
        throws
    {
        let bench = try Self.bench(.kafka, isStatic: isStatic)
        let reader = Reader(bench)
        try bench.append(Self.records(200, "a"), to: .analysisCompleted)
        let first = try reader.start()
        first.poll(until: { reader.reading == Self.events && reader.seen.count == 200 })
        reader.stop()
        try bench.createTopics([bench.configuration.topics.orderUpdates: 4])
        try bench.append(Self.records(200, "b"), to: .analysisCompleted)
        try bench.append(Self.records(200, "c"), to: .orderUpdates)
        let second = try reader.start()
        let found = second.poll(until: { reader.seen.count >= 600 }, seconds: 40)
        #expect(found, "G2: \(reader.seen.count) \(second.events)")
        #expect(reader.reading == (Self.events + Self.updates).sorted())
        try expectQuiet(second, reader, total: 600)
        reader.stop()
    }

    @Test(.enabled(if: TestBroker.hasReal)) func partitionsAddedWhileDown() throws {
        let bench = try Self.bench(.kafka)
        let reader = Reader(bench)
        try bench.createTopics([bench.configuration.topics.orderUpdates: 4])
        try bench.append(Self.records(200, "a"), to: .analysisCompleted)
        let first = try reader.start()
        first.poll(until: { reader.seen.count == 200 })
        reader.stop()
        try bench.addPartitions(bench.configuration.topics.analysisCompleted, upTo: 7)
        try bench.append(Self.records(400, "b"), to: .analysisCompleted)
        let second = try reader.start()
        let found = second.poll(until: { reader.seen.count >= 600 }, seconds: 40)
        #expect(found, "G2: \(reader.seen.count) \(second.events)")
        #expect(reader.reading.count == 11)
        try expectQuiet(second, reader, total: 600)
        reader.stop()
    }

    /// While it runs, and reads another topic.
    @Test(arguments: TestBroker.quick) func topicCreatedWhileRunning(_ broker: TestBroker) throws {
        let bench = try Self.bench(broker)
        let reader = Reader(bench)
        let driver = try reader.start()
        try bench.append(Self.records(200, "a"), to: .analysisCompleted)
        driver.poll(until: { reader.seen.count == 200 })
        try bench.createTopics([bench.configuration.topics.orderUpdates: 4])
        try bench.append(Self.records(200, "b"), to: .analysisCompleted)
        try bench.append(Self.records(200, "c"), to: .orderUpdates)
        let found = driver.poll(until: { reader.seen.count >= 600 }, seconds: 40)
        #expect(found, "G2: \(reader.seen.count) \(driver.events)")
        #expect(reader.reading == (Self.events + Self.updates).sorted())
        try expectQuiet(driver, reader, total: 600)
        reader.stop()
    }

    @Test(.enabled(if: TestBroker.hasReal)) func partitionsAddedWhileRunning() throws {
        let bench = try Self.bench(.kafka)
        let reader = Reader(bench)
        let driver = try reader.start()
        try bench.append(Self.records(200, "a"), to: .analysisCompleted)
        driver.poll(until: { reader.seen.count == 200 })
        try bench.addPartitions(bench.configuration.topics.analysisCompleted, upTo: 7)
        try bench.append(Self.records(400, "b"), to: .analysisCompleted)
        let found = driver.poll(until: { reader.seen.count >= 600 }, seconds: 40)
        #expect(found, "G2: \(reader.seen.count) \(driver.events)")
        #expect(reader.reading.count == 7)
        try expectQuiet(driver, reader, total: 600)
        reader.stop()
    }

    /// Two members that really share: each asks once, then they let each other be, and both go on reading.
    @Test(.enabled(if: TestBroker.hasReal)) func membersThatShareDoNotLoop() throws {
        let bench = try Self.bench(.kafka)
        let one = Reader(bench)
        let first = try one.start()
        first.poll(until: { one.reading == Self.events })
        bench.configuration.groupInstanceID = "store-2"
        bench.configuration.clientID = "second"
        let two = Reader(bench)
        let second = try two.start()
        func poll() {
            first.poll(timeout: 0.02)
            second.poll(timeout: 0.02)
        }
        // A loop would go round many times a second.
        let end = ContinuousClock.Instant.now + .seconds(8)
        while .now < end { poll() }
        let assignments = first.assignments + second.assignments
        #expect(assignments <= 12, "\(first.events) \(second.events)")
        let last = ContinuousClock.Instant.now + .seconds(60)
        while one.reading.count != 2 || two.reading.count != 2, .now < last { poll() }
        #expect(one.reading.count == 2 && two.reading.count == 2)
        #expect(first.troubles.contains { $0.contains("asking it to rebalance") })
        one.stop()
        two.stop()
    }

    @Test func attemptsEnd() {
        var missing = MissingPartitions()
        let start = ContinuousClock.Instant.now
        func look(_ lacking: [TopicPartition], after seconds: Int) -> MissingPartitions.Advice {
            missing.look(Set(lacking), now: start + .seconds(seconds))
        }
        let advices = [0, 1, 9, 10, 11, 69, 70, 71, 80, 81, 1_000].map { look(Self.events, after: $0) }
        #expect(
            advices == [
                .rebalance, .nothing, .nothing, .rebalance, .nothing, .nothing, .rebalance, .nothing, .tell, .nothing,
                .nothing,
            ])
        let others = [1_001, 1_002].map { look(Self.updates, after: $0) }
        #expect(others == [.rebalance, .nothing], "others are asked for anew")
        let changing = (1_003...1_010).map { look(Array(Self.updates.prefix(1 + $0 % 2)), after: $0) }
        #expect(changing == Array(repeating: .nothing, count: 8), "not faster than every ten seconds")
        let none = look([], after: 2_000)
        #expect(none == .nothing)
        #expect(missing.nextLook == nil)
    }

    /// Nothing more comes, and nothing came twice.
    private func expectQuiet(_ driver: SourceDriver, _ reader: Reader, total: Int) throws {
        for _ in 0..<20 { driver.poll(timeout: 0.02) }
        #expect(reader.seen.count == total)
        #expect(reader.seen.values.allSatisfy { $0 == 1 }, "G3: the positions were followed")
        #expect(driver.failure == nil)
    }
}
