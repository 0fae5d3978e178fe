import CRdkafka
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Brokers that go and come, topics that are not there yet, positions that the log doesn't have.
@Suite(.serialized) struct OutageTests {
    @Test func readingGoesOnAfterAnOutage() throws {
        let bench = try BrokerBench(.embedded)
        let broker = try #require(bench.embedded)
        try bench.append((0..<50).map { RecordContent(key: "\($0)", value: "a") }, to: .analysisCompleted)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { driver.records.count >= 50 })
        for round in 1...2 {
            broker.goDown()
            driver.poll(until: { driver.troubles.count >= 2 * round - 1 })
            broker.comeUp()
            driver.poll(until: { driver.troubles.count >= 2 * round })
            try bench.append((0..<50).map { RecordContent(key: "\($0)", value: "b") }, to: .analysisCompleted)
            driver.poll(until: { driver.records.count >= 50 * (round + 1) })
            #expect(driver.records.count == 50 * (round + 1))
        }
        #expect(driver.troubles.count == 4, "once at the beginning, once at the end: \(driver.troubles)")
        #expect(driver.troubles.first?.contains("can be reached") == true)
        #expect(driver.troubles.last?.contains("answers again") == true)
        #expect(driver.failure == nil)
    }

    @Test(arguments: [KafkaConsumer.Mode.group, .allPartitions]) func brokerThatIsAwayIsToldOnce(
        _ mode: KafkaConsumer.Mode
    ) throws {
        let consumer = try KafkaConsumer(KafkaConfiguration(bootstrapServers: "127.0.0.1:1"), mode: mode)
        let driver = SourceDriver(consumer)
        driver.poll(until: { !driver.troubles.isEmpty })
        for _ in 0..<20 { driver.poll(timeout: 0.1) }
        #expect(driver.troubles.count == 1, "\(driver.troubles)")
        #expect(driver.failure == nil)
        #expect(consumer.endOffset(of: TopicPartition(topic: .analysisCompleted, partition: 0)) == nil)
        let start = ContinuousClock.Instant.now
        consumer.close(deadline: 3)
        #expect(ContinuousClock.Instant.now - start < .seconds(4))
    }

    /// A metadata request of a group's member makes the topic on the embedded broker; so without that one.
    @Test(arguments: TestBroker.quick) func topicsMayComeLater(_ broker: TestBroker) throws {
        let bench = try BrokerBench(broker, createsTopics: false)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { !driver.troubles.isEmpty })
        #expect(
            driver.troubles.first?.contains(bench.configuration.topics.analysisCompleted) == true
                || driver.troubles.count > 1)
        try bench.createTopics(EmbeddedBroker.topics(of: bench.configuration.topics, partitions: 4))
        try bench.append((0..<50).map { RecordContent(key: "\($0)", value: "a") }, to: .analysisCompleted)
        driver.poll(until: { Set(driver.records.map(\.address)).count >= 50 }, seconds: 60)
        #expect(Set(driver.records.map(\.address)).count == 50, "\(driver.events)")
    }

    @Test(arguments: TestBroker.quick) func positionBeforeTheLogIsAGap(_ broker: TestBroker) throws {
        let bench = try BrokerBench(broker, partitions: 1)
        try bench.append([RecordContent(key: "1", value: "x")], to: .analysisCompleted)
        let partition = TopicPartition(topic: .analysisCompleted, partition: 0)
        let driver = SourceDriver(try bench.makeSource()) { $0 == partition ? .offset(500) : .beginning }
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { !driver.assigned.isEmpty })
        let consumer = try #require(driver.source as? KafkaConsumer)
        driver.poll(until: { consumer.readers[partition]?.gapCheck != nil }, seconds: 20)
        #expect(consumer.readers[partition]?.isDelivering == false)
        #expect(driver.records.isEmpty, "R99: nothing is read from elsewhere")
        #expect(driver.troubles.isEmpty, "beyond the end it is a gap only after 30 s: \(driver.troubles)")
        let watermarks = try #require(consumer.watermarks(of: partition))
        #expect(watermarks == (0, 1))
        // An operator accepts it: reading goes on where he says.
        consumer.start([partition: .offset(0)])
        driver.poll(until: { !driver.records.isEmpty })
        #expect(driver.records.map(\.address.offset) == [0])
    }

    /// The embedded broker keeps 5 MiB of a partition.
    @Test func positionThatRetentionTookIsAGap() throws {
        let bench = try BrokerBench(.embedded, partitions: 1)
        let big = RecordContent(key: Array("1".utf8), value: Array(repeating: 1, count: 900_000))
        for _ in 0..<10 { try bench.append([big], to: .analysisCompleted) }
        let driver = SourceDriver(try bench.makeSource()) { _ in .offset(0) }
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { !driver.troubles.isEmpty }, seconds: 20)
        #expect(driver.troubles.count == 1 && driver.troubles[0].hasPrefix("gap: "), "\(driver.troubles)")
        #expect(driver.records.isEmpty)
    }

    @Test func gapsOfAPosition() throws {
        let bench = try BrokerBench(.embedded, partitions: 1)
        let client = try KafkaClient(bench.configuration, for: .administration(groupID: "x"))
        let queue = try KafkaQueue.new(of: client)
        let partition = TopicPartition(topic: .analysisCompleted, partition: 0)
        let reader = PartitionReader(partition: partition, queue: queue, next: .offset(50))
        let start = ContinuousClock.Instant.now
        reader.gapIsFound(now: start)
        #expect(reader.checkGap(low: 0, high: 40, now: start) == .wait)
        #expect(reader.checkGap(low: 0, high: 40, now: start + .seconds(29)) == .wait)
        #expect(reader.checkGap(low: 0, high: 40, now: start + .seconds(30)) == .tell(position: 50))
        #expect(reader.checkGap(low: 0, high: 40, now: start + .seconds(90)) == .wait, "told once")
        #expect(
            reader.checkGap(low: 0, high: 50, now: start + .seconds(95)) == .wait,
            "it may be another log that has grown")
        reader.move(to: .offset(50))
        reader.gapIsFound(now: start)
        #expect(reader.checkGap(low: 0, high: 50, now: start) == .readAgain, "the end came back in time")
        reader.gapIsFound(now: start)
        #expect(reader.checkGap(low: 51, high: 60, now: start) == .tell(position: 50))
        let last = LastRecord(offset: 49, checksum: 1)
        let known = PartitionReader(partition: partition, queue: queue, next: .offset(50), last: last)
        known.gapIsFound(now: start)
        #expect(known.checkGap(low: 0, high: 40, now: start + .seconds(30)) == .tell(position: 50))
        #expect(known.checkGap(low: 0, high: 50, now: start + .seconds(90)) == .readAgain, "it will be proven")
        #expect(known.beginOffset() == 49)
    }

    @Test func outageIsToldAtBothEnds() {
        var outage = Outage(servers: "a:1")
        let early = outage.end()
        outage.connectionFailed("refused")
        let texts = [outage.begin(), outage.begin(), outage.end(), outage.end(), outage.begin()]
        #expect(early == nil)
        #expect(texts[0]?.contains("refused") == true)
        #expect(texts[1] == nil)
        #expect(texts[2] != nil)
        #expect(texts[3] == nil)
        #expect(texts[4]?.contains("refused") == false)
    }

    @Test func troublesAreNotRepeated() {
        var told = ToldTroubles()
        let start = ContinuousClock.Instant.now
        func expect(_ text: String, after seconds: Int, isNews: Bool) {
            let result = told.isNews(text, now: start + .seconds(seconds))
            #expect(result == isNews, "\(text) after \(seconds) s")
        }
        expect("a", after: 0, isNews: true)
        expect("a", after: 59, isNews: false)
        expect("b", after: 59, isNews: true)
        expect("a", after: 60, isNews: true)
        for number in 0..<1_000 { expect("\(number)", after: 60, isNews: true) }
    }
}
