import CRdkafka
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Whether a log is the one that was read (R99).
@Suite struct LogProofTests {
    private static let last = LastRecord(offset: 99, checksum: 7)

    private static func doubtful() -> LogProof {
        var proof = LogProof()
        proof.delivered(last)
        proof.doubt()
        return proof
    }

    @Test func theLastRecordComesAgainAndIsTheSame() {
        var proof = Self.doubtful()
        #expect(proof.judge(100, checksum: 1) == .stale, "from before reading begins anew")
        #expect(proof.begin(at: .offset(100)) == .offset(99))
        #expect(proof.judge(99, checksum: 7) == .good)
        #expect(proof.judge(100, checksum: 1) == .good)
        #expect(proof.begin(at: .offset(101)) == .offset(101), "it is proven")
    }

    @Test func anotherRecordInItsPlaceIsAnotherLog() {
        var proof = Self.doubtful()
        _ = proof.begin(at: .offset(100))
        #expect(proof.judge(99, checksum: 8) == .rewritten)
        #expect(proof.hasFailed)
        #expect(proof.judge(100, checksum: 1) == .stale)
        proof.doubt()
        proof.logBegins(at: 500)
        #expect(proof.begin(at: .offset(100)) == .offset(100))
        #expect(proof.hasFailed && proof.judge(99, checksum: 7) == .stale, "until an operator has looked")
    }

    /// The pipeline dropped records that were delivered: the last one comes by on the way.
    @Test func readingBeginsBeforeTheLastRecord() {
        var proof = Self.doubtful()
        #expect(proof.begin(at: .offset(50)) == .offset(50))
        #expect(proof.judge(50, checksum: 1) == .good)
        #expect(proof.judge(99, checksum: 8) == .rewritten)
    }

    @Test func whatIsGoneProvesNothing() {
        var deleted = Self.doubtful()
        deleted.logBegins(at: 100)
        #expect(deleted.last == nil && deleted.begin(at: .offset(100)) == .offset(100))
        #expect(deleted.judge(100, checksum: 1) == .good)
        var compacted = Self.doubtful()
        #expect(compacted.begin(at: .offset(100)) == .offset(99))
        #expect(compacted.judge(101, checksum: 1) == .good)
        var elsewhere = Self.doubtful()
        #expect(elsewhere.begin(at: .offset(150)) == .offset(150))
        #expect(elsewhere.judge(150, checksum: 1) == .good)
        var fresh = LogProof()
        fresh.doubt()
        #expect(fresh.begin(at: .beginning) == .beginning && fresh.judge(0, checksum: 1) == .good)
        var atEnd = Self.doubtful()
        #expect(atEnd.begin(at: .end) == .end && atEnd.judge(500, checksum: 1) == .good)
    }
}

/// The same on brokers: a topic that is deleted and made anew while it is read.
@Suite(.serialized) struct RewrittenLogTests {
    private static let partition = TopicPartition(topic: .analysisCompleted, partition: 0)

    private static func records(_ numbers: Range<Int>, _ value: String) -> [RecordContent] {
        numbers.map { RecordContent(key: "\($0)", value: "\(value) \($0)") }
    }

    /// `count`: records in the new topic before anybody looks, fewer than were read or more.
    @Test(.enabled(if: TestBroker.hasReal), arguments: [10, 60])
    func topicMadeAnewWhileItIsRead(_ count: Int) throws {
        let bench = try BrokerBench(.kafka, partitions: 1)
        try bench.append(Self.records(0..<20, "a"), to: .analysisCompleted)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { driver.records.count == 20 })
        let start = ContinuousClock.Instant.now
        driver.poll(until: { .now - start > .seconds(1) })
        let topic = bench.configuration.topics.analysisCompleted
        try bench.makeAnew(topic, partitions: 1)
        try bench.append(Self.records(0..<count, "b"), to: .analysisCompleted)
        let isTold = driver.poll(until: { driver.troubles.contains { $0.hasPrefix("gap: ") } }, seconds: 90)
        #expect(isTold, "\(driver.events)")
        try bench.append(Self.records(count..<100, "b"), to: .analysisCompleted)
        driver.poll(until: { driver.records.count > 20 }, seconds: 12)
        #expect(driver.records.count == 20, "R99: its intake stands: \(driver.events)")
        #expect(driver.failure == nil)
    }

    /// It was read by an earlier start, and nothing has come since.
    @Test(.enabled(if: TestBroker.hasReal)) func topicMadeAnewBeforeAnythingIsRead() throws {
        let bench = try BrokerBench(.kafka, partitions: 1)
        let topic = bench.configuration.topics.analysisCompleted
        try bench.append(Self.records(0..<20, "a"), to: .analysisCompleted)
        let last = InputPosition(
            partition: Self.partition, nextOffset: 20, lastOffset: 19, lastTimestamp: nil,
            lastChecksum: RecordChecksum.checksum(key: Array("19".utf8), value: Array("a 19".utf8)))
        for isSame in [true, false] {
            if !isSame {
                try bench.makeAnew(topic, partitions: 1)
                try bench.append(Self.records(0..<20, "b"), to: .analysisCompleted)
            }
            try bench.append(Self.records(20..<30, "c"), to: .analysisCompleted)
            let source = try KafkaConsumer(bench.configuration, mode: .group, positions: [Self.partition: last])
            let driver = SourceDriver(source) { $0 == Self.partition ? .offset(20) : .beginning }
            defer { source.close(deadline: 5) }
            driver.poll(until: { driver.records.count == 10 || !driver.troubles.isEmpty })
            #expect(driver.records.count == (isSame ? 10 : 0))
            #expect(driver.troubles.isEmpty == isSame, "\(driver.troubles)")
        }
    }

    /// Every record after a silence makes its partition begin anew: each comes once, and soon.
    @Test(arguments: TestBroker.hasReal ? [TestBroker.embeddedGroup, .kafka] : [.embeddedGroup])
    func silencesCostLittle(_ broker: TestBroker) throws {
        let bench = try BrokerBench(broker, partitions: 1)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { !driver.assigned.isEmpty })
        var delays: [Double] = []
        for number in 0..<12 {
            // After a silence one alone, then one behind it.
            let silence = ContinuousClock.Instant.now
            if number % 2 == 0 { driver.poll(until: { .now - silence > .seconds(1.1) }) }
            let start = ContinuousClock.Instant.now
            try bench.append(Self.records(number..<(number + 1), "a"), to: .analysisCompleted)
            driver.poll(until: { driver.records.count > number })
            delays.append((.now - start) / .seconds(1))
        }
        #expect(driver.records.map(\.address.offset) == Array(0..<12), "G3")
        #expect(driver.troubles.isEmpty, "\(driver.troubles)")
        print("\(broker): \(delays.map { ($0 * 1_000).rounded() }) ms")
    }
}
