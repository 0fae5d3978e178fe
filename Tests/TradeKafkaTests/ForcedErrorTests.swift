import CRdkafka
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Every call of the library that can fail does so once; what is asked is that it ends in a typed error or is made good.
@Suite(.serialized) struct ForcedErrorTests {
    @Test(arguments: [
        "conf_new", "conf_set", "new", "queue_get_consumer", "set_log_queue", "poll_set_consumer", "subscribe",
    ])
    func consumerThatCannotBeMade(_ call: String) throws {
        let configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        try ForcedError.on(call) {
            _ = try #require(throws: KafkaError.self) { try KafkaConsumer(configuration, mode: .group) }
        }
    }

    @Test(arguments: ["conf_new", "conf_set", "new", "set_log_queue"]) func producerThatCannotBeMade(_ call: String)
        throws
    {
        let configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        try ForcedError.on(call) {
            _ = try #require(throws: KafkaError.self) { try KafkaProducer(configuration) }
        }
    }

    @Test(arguments: ["mock_cluster_new", "mock_topic_create"]) func brokerThatCannotBeMade(_ call: String) throws {
        try ForcedError.on(call, nth: 1) {
            _ = try #require(throws: KafkaError.self) { try EmbeddedBroker(topics: ["a": 1]) }
        }
    }

    /// Reading goes on after any one failure.
    @Test(arguments: ["assign", "consume_batch_queue", "metadata", "commit_queue"], [1, 2])
    func readingGoesOn(_ call: String, _ nth: Int) throws {
        let bench = try BrokerBench(.embedded)
        try bench.append((0..<100).map { RecordContent(key: "\($0)", value: "\($0)") }, to: .analysisCompleted)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        ForcedError.on(call, nth: nth) {
            driver.poll(until: { driver.records.count >= 50 }, seconds: 10)
            driver.source.commit([OffsetCommit(partition: bench.partitions[4], nextOffset: 1, metadata: "x")])
            driver.source.commit([OffsetCommit(partition: bench.partitions[5], nextOffset: 1, metadata: "x")])
            driver.poll(until: { driver.records.count >= 100 }, seconds: 10)
        }
        #expect(Set(driver.records.map(\.address)).count == 100, "G2: \(driver.troubles)")
        #expect(driver.records.count == 100, "G3")
    }

    /// A seek that fails is replaced by a new assignment.
    @Test func resumptionGoesOn() throws {
        let bench = try BrokerBench(.embedded, partitions: 1)
        let partition = TopicPartition(topic: .analysisCompleted, partition: 0)
        try bench.append((0..<100).map { RecordContent(key: "\($0)", value: "\($0)") }, to: .analysisCompleted)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { driver.records.count >= 100 })
        driver.source.pause([partition])
        ForcedError.on("seek_partitions") { driver.source.resume([partition: 40]) }
        driver.poll(until: { driver.records.count >= 160 })
        #expect(driver.records[100...].map(\.address.offset) == Array(40..<100))
    }

    /// The same after a silence, when the last record has to come again.
    @Test(arguments: GroupTests.groups) func aSilenceGoesOn(_ broker: TestBroker) throws {
        let bench = try BrokerBench(broker, partitions: 1)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        for number in 0..<3 {
            let start = ContinuousClock.Instant.now
            if number > 0 { driver.poll(until: { .now - start > .seconds(1.1) }) }
            try bench.append([RecordContent(key: "1", value: "\(number)")], to: .analysisCompleted)
            ForcedError.on("seek_partitions") { _ = driver.poll(until: { driver.records.count > number }) }
        }
        #expect(driver.records.map(\.address.offset) == [0, 1, 2])
    }

    @Test func queueOfAPartitionThatCannotBeOpened() throws {
        let bench = try BrokerBench(.embedded)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        ForcedError.on("queue_get_partition") {
            _ = driver.poll(until: { driver.failure != nil }, seconds: 10)
        }
        #expect(driver.failure != nil)
    }

    @Test func closingGoesOn() throws {
        let bench = try BrokerBench(.embedded)
        let source = try bench.makeSource()
        let start = ContinuousClock.Instant.now
        ForcedError.on("consumer_close_queue") { source.close(deadline: 5) }
        #expect(ContinuousClock.Instant.now - start < .seconds(6))
        source.poll(timeout: 10, events: { _ in Issue.record("closed") }, records: { _ in Issue.record("closed") })
    }

    /// What the library refuses fails the row, those before it stand, and the next attempt goes on from it.
    @Test(arguments: ["produceva", "header_add"], [1, 2, 5]) func sendingGoesOn(_ call: String, _ nth: Int) throws {
        let bench = try BrokerBench(.embedded)
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        let rows = (1...5).map { number in
            SinkContract.row(
                Int64(number), .ordersCreated,
                RecordContent(key: "1", value: "\(number)", headers: [RecordHeader("h", [1])]))
        }
        let result = ForcedError.on(call, nth: nth) { sink.publish(rows, publishedThrough: 0) }
        guard case .failed(let through, let reason) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(through == Int64(nth - 1))
        #expect(reason.contains("row \(nth)"), "\(reason)")
        #expect(sink.publish(Array(rows[(nth - 1)...]), publishedThrough: through) == .published)
        let values = try bench.read(.ordersCreated, count: 5).map { String(decoding: $0.value ?? [], as: UTF8.self) }
        #expect(values == ["1", "2", "3", "4", "5"])
    }

    /// A full queue of the library is waited out.
    @Test func sendingWaitsForRoom() throws {
        let bench = try BrokerBench(.embedded)
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        let rows = (1...5).map { SinkContract.row(Int64($0), .ordersCreated, RecordContent(key: "1", value: "\($0)")) }
        let result = ForcedError.on("produceva", nth: 3, times: 2, code: RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            sink.publish(rows, publishedThrough: 0)
        }
        #expect(result == .published)
    }

    @Test func questionsThatFail() throws {
        let bench = try BrokerBench(.embedded)
        let consumer = try bench.makeConsumer()
        defer { consumer.close(deadline: 5) }
        let admin = try KafkaAdmin(bench.configuration)
        let partition = KafkaPartition(topic: bench.configuration.topics.analysisCompleted, partition: 0)
        ForcedError.on("query_watermark_offsets") { #expect(consumer.endOffset(of: bench.partitions[4]) == nil) }
        try ForcedError.on("committed") {
            _ = try #require(throws: KafkaError.self) { try consumer.committed(bench.partitions) }
        }
        try ForcedError.on("commit") {
            _ = try #require(throws: KafkaError.self) {
                try admin.commit([partition: CommittedOffset(nextOffset: 1, metadata: "")])
            }
        }
        try ForcedError.on("metadata") { _ = try #require(throws: KafkaError.self) { try admin.identity() } }
        try ForcedError.on("topic_new") {
            _ = try #require(throws: KafkaError.self) { try admin.partitions(of: partition.topic) }
        }
    }
}
