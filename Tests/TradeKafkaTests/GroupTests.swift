import CRdkafka
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Members that come and go.
@Suite(.serialized) struct GroupTests {
    static let groups: [TestBroker] = TestBroker.hasReal ? [.embeddedGroup, .kafka] : [.embeddedGroup]

    /// A second member takes its share, and gives it back; together they read everything, each partition on from where the
    /// other was.
    @Test(arguments: groups) func twoMembersShare(_ broker: TestBroker) throws {
        let bench = try BrokerBench(broker)
        let total = bench.partitions.count
        var positions: [TopicPartition: Int64] = [:]
        var seen: [RecordAddress: Int] = [:]
        func follow(_ driver: SourceDriver) {
            driver.begin = { .offset(positions[$0, default: 0]) }
            driver.onBatch = { batch in
                for record in batch {
                    positions[record.address.topicPartition] = record.address.offset + 1
                    seen[record.address, default: 0] += 1
                }
            }
        }
        func owned(_ driver: SourceDriver) -> Int { (driver.source as? KafkaConsumer)?.readers.count ?? 0 }
        let one = SourceDriver(try bench.makeSource())
        follow(one)
        one.poll(until: { owned(one) == total })
        try bench.append((0..<500).map { RecordContent(key: "\($0)", value: "a") }, to: .analysisCompleted)
        one.poll(until: { seen.count >= 500 })
        bench.configuration.clientID = "second"
        let two = SourceDriver(try bench.makeSource())
        follow(two)
        one.poll(
            until: {
                two.poll(timeout: 0.01)
                return owned(one) > 0 && owned(two) > 0 && owned(one) + owned(two) == total
            }, seconds: 60)
        #expect(owned(one) == total / 2 && owned(two) == total / 2)
        #expect(one.events.contains { if case .revoked = $0 { true } else { false } })
        try bench.append((0..<500).map { RecordContent(key: "\($0)", value: "b") }, to: .analysisCompleted)
        one.poll(
            until: {
                two.poll(timeout: 0.01)
                return seen.count >= 1_000
            })
        two.source.close(deadline: 10)
        one.poll(until: { owned(one) == total }, seconds: 60)
        try bench.append((0..<500).map { RecordContent(key: "\($0)", value: "c") }, to: .analysisCompleted)
        one.poll(until: { seen.count >= 1_500 })
        one.source.close(deadline: 10)
        #expect(seen.count == 1_500, "G2: \(one.troubles) \(two.troubles)")
        #expect(seen.values.allSatisfy { $0 == 1 }, "G3: the positions were followed")
    }

    /// Nothing of a revoked partition comes while the pipeline works the revocation up, and offsets may go before it.
    @Test(.enabled(if: TestBroker.hasReal)) func revocationWaits() throws {
        let bench = try BrokerBench(.kafka)
        let consumer = try bench.makeConsumer()
        var hasStarted = false
        var isRevoked = false
        var isBad = false
        func poll() {
            consumer.poll(timeout: 0.02) { event in
                switch event {
                case .assigned(let partitions):
                    hasStarted = true
                    consumer.start(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .beginning) }))
                case .revoked: isRevoked = true
                case .trouble, .recovered, .failed, .refused, .reachedEnd: break
                }
            } records: { _ in
                if isRevoked { isBad = true }
            }
        }
        while !hasStarted { poll() }
        bench.configuration.clientID = "second"
        let second = SourceDriver(try bench.makeSource())
        while !isRevoked { poll() }
        try bench.append((0..<100).map { RecordContent(key: "\($0)", value: "a") }, to: .analysisCompleted)
        for _ in 0..<20 { poll() }
        #expect(!isBad)
        consumer.commit(bench.partitions.map { .init(partition: $0, nextOffset: 1, metadata: "late") })
        consumer.finishRevocation()
        let committed = try consumer.committed(bench.partitions)
        #expect(committed.count == bench.partitions.count, "offsets go before the partitions")
        second.poll(
            until: {
                consumer.poll(timeout: 0, events: { _ in }, records: { _ in })
                return !second.assigned.isEmpty
            }, seconds: 5)
        consumer.close(deadline: 5)
        second.source.close(deadline: 5)
    }

    /// G10: with the store's id a restarted process has its partitions at once, also after a crash.
    @Test(.enabled(if: TestBroker.hasReal), arguments: [true, false]) func restartIsFast(_ isClean: Bool) throws {
        let bench = try BrokerBench(.kafka)
        bench.configuration.groupInstanceID = "store-1"
        bench.configuration.consumerProperties["session.timeout.ms"] = "30000"
        let first = SourceDriver(try bench.makeSource())
        first.poll(until: { first.assigned.count == bench.partitions.count })
        if isClean { first.source.close(deadline: 5) }
        let start = ContinuousClock.Instant.now
        let second = SourceDriver(try bench.makeSource())
        second.poll(until: { second.assigned.count == bench.partitions.count })
        #expect(second.assigned.count == bench.partitions.count)
        let time = ContinuousClock.Instant.now - start
        print("restart with group.instance.id, \(isClean ? "clean" : "crashed"): \(time)")
        #expect(time < .seconds(15), "the session's timeout was waited out")
        if !isClean {
            // The one that hung comes back: it is fenced and says so, and closing it is quick.
            first.poll(until: { first.failure != nil })
            #expect(
                first.failure?.contains("FENCED_INSTANCE_ID") == true || first.failure?.contains("fenced") == true,
                "\(first.events.suffix(4))")
            let start = ContinuousClock.Instant.now
            first.source.close(deadline: 3)
            #expect(ContinuousClock.Instant.now - start < .seconds(4))
        }
        second.source.close(deadline: 5)
    }

    /// Closing keeps its deadline, wherever the broker is.
    /// The library fences itself where it commits after the group has counted it out: then a new client goes on. Without that
    /// somebody else has our place.
    @Test(arguments: groups, [true, false]) func fencedAfterALossOrByAnother(_ broker: TestBroker, _ wasLost: Bool)
        throws
    {
        let bench = try BrokerBench(broker, partitions: 1)
        bench.configuration.groupInstanceID = "store-1"
        let consumer = try bench.makeConsumer()
        let driver = SourceDriver(consumer)
        defer { consumer.close(deadline: 5) }
        var next: Int64 = 0
        driver.begin = { _ in .offset(next) }
        driver.onBatch = { next += Int64($0.count) }
        try bench.append((0..<10).map { RecordContent(key: "\($0)", value: "a") }, to: .analysisCompleted)
        #expect(driver.poll(until: { driver.records.count == 10 }))
        consumer.isLost = wasLost
        let client = try #require(consumer.client)
        rd_kafka_test_fatal_error(client.handle, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "as the test asks")
        try bench.append((10..<20).map { RecordContent(key: "\($0)", value: "a") }, to: .analysisCompleted)
        driver.poll(until: { driver.records.count >= 20 || driver.failure != nil }, seconds: 60)
        #expect((driver.failure == nil) == wasLost, "\(driver.events)")
        #expect(driver.records.map(\.address.offset) == Array(0..<(wasLost ? 20 : 10)), "\(driver.events)")
    }

    @Test(arguments: [TestBroker.embedded, .embeddedGroup], [true, false])
    func closingKeepsItsDeadline(_ broker: TestBroker, _ isDown: Bool) throws {
        let bench = try BrokerBench(broker)
        let driver = SourceDriver(try bench.makeSource())
        driver.poll(until: { !driver.assigned.isEmpty })
        if isDown { bench.embedded?.goDown() }
        driver.source.commit([.init(partition: bench.partitions[0], nextOffset: 1, metadata: "")])
        let start = ContinuousClock.Instant.now
        driver.source.close(deadline: 2)
        #expect(ContinuousClock.Instant.now - start < .seconds(3))
        driver.source.close(deadline: 2)
        bench.embedded?.comeUp()
    }
}
