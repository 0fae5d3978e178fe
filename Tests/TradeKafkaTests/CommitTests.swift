import CRdkafka
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Offsets in Kafka, with the text that says whose they are (G6).
@Suite(.serialized) struct CommitTests {
    @Test(arguments: TestBroker.available) func committedOffsetsComeBackWithTheirText(_ broker: TestBroker) throws {
        let bench = try BrokerBench(broker)
        let consumer = try bench.makeConsumer()
        let driver = SourceDriver(consumer)
        let admin = try KafkaAdmin(bench.configuration)
        let names = bench.partitions.map {
            KafkaPartition(topic: bench.configuration.topics.name(of: $0.topic), partition: $0.partition)
        }
        #expect(try admin.committed(names).isEmpty)
        driver.poll(until: { driver.assigned.count >= bench.partitions.count })
        for round in 1...20 {
            consumer.commit(
                bench.partitions.map {
                    .init(partition: $0, nextOffset: Int64(round), metadata: "store:7:ünïcode-\(round)")
                })
            driver.poll(timeout: 0)
        }
        driver.poll(until: { consumer.commits.isIdle })
        let expected = CommittedOffset(nextOffset: 20, metadata: "store:7:ünïcode-20")
        #expect(
            try consumer.committed(bench.partitions)
                == Dictionary(uniqueKeysWithValues: bench.partitions.map { ($0, expected) }))
        consumer.commit([.init(partition: bench.partitions[0], nextOffset: 21, metadata: "last")])
        consumer.close(deadline: 10)
        let after = try admin.committed(names)
        #expect(
            after[names[0]] == CommittedOffset(nextOffset: 21, metadata: "last"),
            "the last commit goes before the close")
        #expect(after[names[1]] == expected)
        #expect(driver.troubles.isEmpty)
    }

    /// The relay's mark: a group without members.
    @Test(arguments: TestBroker.quick) func commitsWithoutMembers(_ broker: TestBroker) throws {
        let bench = try BrokerBench(broker)
        let admin = try KafkaAdmin(bench.configuration, groupID: "relay-\(UInt64.random(in: 0 ... .max))")
        let partition = KafkaPartition(topic: bench.configuration.topics.ordersCreated, partition: 0)
        #expect(try admin.committed([partition]).isEmpty)
        for mark in [0, 5, .max / 2] as [Int64] {
            let offset = CommittedOffset(nextOffset: mark, metadata: "a:1:f00")
            try admin.commit([partition: offset])
            #expect(try admin.committed([partition]) == [partition: offset])
        }
        let bare = CommittedOffset(nextOffset: 3, metadata: "")
        try admin.commit([partition: bare])
        #expect(try admin.committed([partition]) == [partition: bare], "offsets that a tool has reset have no text")
    }

    /// A commit that the broker refuses is told, and made good.
    @Test func refusedCommitsAreTriedAgain() throws {
        let bench = try BrokerBench(.embedded)
        let consumer = try bench.makeConsumer()
        let driver = SourceDriver(consumer)
        defer { consumer.close(deadline: 5) }
        driver.poll(until: { driver.assigned.count >= bench.partitions.count })
        bench.embedded?.refuse(.offsetCommit, codes: [RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED.rawValue])
        consumer.commit([.init(partition: bench.partitions[0], nextOffset: 5, metadata: "m")])
        driver.poll(until: { !driver.troubles.isEmpty }, seconds: 10)
        #expect(driver.troubles.first?.contains("GROUP_AUTHORIZATION_FAILED") == true, "\(driver.troubles)")
        driver.poll(until: { consumer.commits.isIdle }, seconds: 10)
        #expect(try consumer.committed(bench.partitions)[bench.partitions[0]]?.nextOffset == 5)
    }

    @Test func queueKeepsTheNewestAndOneRequest() {
        let first = TopicPartition(topic: .analysisCompleted, partition: 0)
        let second = TopicPartition(topic: .analysisCompleted, partition: 1)
        func offset(_ partition: TopicPartition, _ next: Int64) -> OffsetCommit {
            OffsetCommit(partition: partition, nextOffset: next, metadata: "")
        }
        var queue = CommitQueue()
        func expectTaken(_ expected: [OffsetCommit], _ why: Comment) {
            let taken = queue.take()
            #expect(taken == expected, why)
        }
        expectTaken([], "nothing waits")
        queue.add([offset(first, 1), offset(second, 1), offset(first, 2)])
        expectTaken([offset(first, 2), offset(second, 1)], "the newest of each")
        queue.add([offset(first, 3)])
        expectTaken([], "one request at a time")
        queue.ended { _ in true }
        expectTaken([offset(first, 3), offset(second, 1)], "a newer one replaces what failed")
        queue.ended { _ in false }
        #expect(queue.isIdle)
        queue.add([offset(first, 4)])
        queue.forget([first])
        #expect(queue.isIdle)
    }
}
