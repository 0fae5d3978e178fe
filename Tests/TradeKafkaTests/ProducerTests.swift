import CRdkafka
import Foundation
import Support
import Synchronization
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Publishing through failures: nothing is lost, the order of each key stays.
@Suite(.serialized) struct ProducerTests {
    private static func rows(_ numbers: some Sequence<Int>) -> [PublishableRow] {
        numbers.map { SinkContract.row(Int64($0), .ordersCreated, RecordContent(key: "\($0 % 5)", value: "\($0)")) }
    }

    /// Publishes rows 1...count in batches as the relay does: after a failure on from the first that is not acknowledged.
    private static func relay(_ sink: some RecordSink, _ count: Int, between: (Int) throws -> Void = { _ in }) rethrows
        -> [String]
    {
        var mark = 0
        var reasons: [String] = []
        var attempt = 0
        while mark < count, attempt < 200 {
            attempt += 1
            try between(attempt)
            let batch = Array((mark + 1)...min(count, mark + 100))
            switch sink.publish(rows(batch), publishedThrough: Int64(mark)) {
            case .published: mark += batch.count
            case .failed(let through, let reason):
                #expect(through >= Int64(mark) && through < Int64(mark + batch.count))
                mark = Int(through)
                reasons.append(reason)
            case .refused(_, let reason), .inDoubt(let reason): Issue.record("\(reason)")
            }
        }
        return reasons
    }

    private static func expectAll(_ bench: BrokerBench, _ count: Int, seed: UInt64 = 0) throws {
        let records = try bench.read(.ordersCreated, count: count)
        for key in 0..<5 {
            var last = 0
            var seen: Set<Int> = []
            for record in records where record.key == Array("\(key)".utf8) {
                guard let number = Int(String(decoding: record.value ?? [], as: UTF8.self)) else { continue }
                // After a failure rows may come again, and then all that follow them do.
                if !seen.contains(number) {
                    #expect(number == last + 5 || (last == 0 && number <= 5), "seed \(seed): \(number) after \(last)")
                    last = number
                }
                seen.insert(number)
            }
            #expect(seen.count == count / 5, "seed \(seed), G2: key \(key)")
        }
    }

    @Test func refusalsOfTheBroker() throws {
        let bench = try BrokerBench(.embedded)
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        let broker = try #require(bench.embedded)
        let reasons = Self.relay(sink, 1_000) { attempt in
            if attempt % 4 == 2 {
                // Once what the library tries again itself, once what it gives up.
                broker.refuse(.produce, codes: [RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION.rawValue])
            } else if attempt % 4 == 3 {
                broker.refuse(.produce, codes: [RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED.rawValue])
            }
        }
        #expect(reasons.contains { $0.contains("TOPIC_AUTHORIZATION_FAILED") }, "\(reasons)")
        try Self.expectAll(bench, 1_000)
    }

    /// A broker takes any sequence number as a producer's first (KAFKA-15591): a second request behind a refused first one would
    /// be taken, and the first one's rows would be lost.
    @Test(arguments: [1, 3]) func aRefusedFirstRequestIsNotPassedOver(times: Int) throws {
        let bench = try BrokerBench(.embedded)
        let broker = try #require(bench.embedded)
        bench.configuration.producerProperties = ["linger.ms": "0", "batch.num.messages": "1"]
        let sink = try KafkaProducer(bench.configuration)
        defer { sink.close(deadline: 5) }
        // The topic is known then, so that each row goes at once, in a request of its own while answers are slow.
        #expect(sink.publish(Self.rows([1]), publishedThrough: 0) == .published)
        broker.setRoundTrip(milliseconds: 20)
        broker.refuse(
            .produce, codes: Array(repeating: RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION.rawValue, count: times))
        #expect(sink.publish(Self.rows(2...60), publishedThrough: 1) == .published)
        broker.setRoundTrip(milliseconds: 0)
        try Self.expectAll(bench, 60)
    }

    @Test func randomOutages() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = ContractRandom(seed: seed)
        let bench = try BrokerBench(.embedded)
        let sink = try KafkaProducer(bench.configuration, patience: 0.3)
        defer { sink.close(deadline: 5) }
        let broker = try #require(bench.embedded)
        var isDown = false
        let reasons = Self.relay(sink, 2_000) { _ in
            if isDown, random.chance(60) {
                broker.comeUp()
                isDown = false
            } else if !isDown, random.chance(25) {
                broker.goDown()
                isDown = true
            }
        }
        if isDown { broker.comeUp() }
        #expect(reasons.allSatisfy { $0.contains("broker unreachable") }, "seed \(seed): \(reasons)")
        try Self.expectAll(bench, 2_000, seed: seed)
    }

    @Test func brokerThatIsAwayEndsWithinItsPatience() throws {
        let sink = try KafkaProducer(KafkaConfiguration(bootstrapServers: "127.0.0.1:1"), patience: 1)
        defer { sink.close(deadline: 1) }
        for _ in 0..<2 {
            let start = ContinuousClock.Instant.now
            let result = sink.publish(Self.rows(8...10), publishedThrough: 7)
            #expect(ContinuousClock.Instant.now - start < .seconds(4))
            guard case .failed(7, let reason) = result else {
                Issue.record("\(result)")
                continue
            }
            #expect(reason.contains("broker unreachable") && reason.contains("row 8"), "\(reason)")
        }
    }

    @Test func stopEndsAWait() throws {
        let sink = try KafkaProducer(KafkaConfiguration(bootstrapServers: "127.0.0.1:1"), patience: 60)
        defer { sink.close(deadline: 1) }
        nonisolated(unsafe) let shared = sink
        Thread.detachNewThread { shared.interrupt() }
        let start = ContinuousClock.Instant.now
        guard case .failed(7, _) = sink.publish(Self.rows(8...10), publishedThrough: 7) else {
            Issue.record("published without a broker")
            return
        }
        #expect(ContinuousClock.Instant.now - start < .seconds(10))
        guard case .failed(7, let reason) = sink.publish(Self.rows(8...10), publishedThrough: 7) else {
            Issue.record("published after a stop")
            return
        }
        #expect(reason.contains("stopped"), "\(reason)")
    }

    /// A stop with messages on their way ends within a second, wherever the broker is, and closing keeps its deadline then.
    @Test(arguments: [true, false]) func stopWithMessagesOnTheirWay(_ isDown: Bool) throws {
        let bench = try BrokerBench(.embedded)
        let broker = try #require(bench.embedded)
        let stop = Mutex<(sink: SentSink?, time: ContinuousClock.Instant?)>((nil, nil))
        // Down: when a connection has failed; hanging: when the request has gone.
        let sign = isDown ? "FAIL" : "PRODUCE"
        bench.configuration.producerProperties["debug"] = "msg"
        let log: @Sendable (KafkaLogLine) -> Void = { line in
            guard line.facility == sign else { return }
            stop.withLock { state in
                state.time = state.time ?? .now
                state.sink?.sink.interrupt()
            }
        }
        bench.configuration.log = log
        let sink = try KafkaProducer(bench.configuration, patience: 60)
        #expect(sink.publish(Self.rows(1...5), publishedThrough: 0) == .published)
        stop.withLock { $0 = (SentSink(sink: sink), nil) }
        if isDown { broker.goDown() } else { broker.setRoundTrip(milliseconds: 20_000) }
        guard case .failed(5, let reason) = sink.publish(Self.rows(6...500), publishedThrough: 5) else {
            Issue.record("published")
            return
        }
        let time = try #require(stop.withLock { $0.time }, "\(reason)")
        #expect(ContinuousClock.Instant.now - time < .seconds(1.5), "\(reason)")
        print("stop with the broker \(isDown ? "down" : "hanging"): \(ContinuousClock.Instant.now - time)")
        let start = ContinuousClock.Instant.now
        sink.close(deadline: 0.5)
        #expect(ContinuousClock.Instant.now - start < .seconds(1))
        stop.withLock { $0.sink = nil }
        if isDown { broker.comeUp() } else { broker.setRoundTrip(milliseconds: 0) }
    }

    /// A session with messages on their way is freed within its time, or left to a thread.
    @Test func closingKeepsItsDeadlineWithMessagesOnTheirWay() throws {
        let bench = try BrokerBench(.embedded)
        let client = try Self.clientWithMessagesOnTheirWay(bench)
        let start = ContinuousClock.Instant.now
        _ = client.destroy(within: 0.5, closed: true)
        #expect(ContinuousClock.Instant.now - start < .seconds(1))
        bench.embedded?.setRoundTrip(milliseconds: 0)
    }

    /// Its session is gone, as the client's end demands.
    private static func clientWithMessagesOnTheirWay(_ bench: BrokerBench) throws -> KafkaClient {
        let isSent = Mutex(false)
        bench.configuration.producerProperties["debug"] = "msg"
        let log: @Sendable (KafkaLogLine) -> Void = { line in
            if line.facility == "PRODUCE" { isSent.withLock { $0 = true } }
        }
        bench.configuration.log = log
        let session = try ProducerSession(bench.configuration)
        let topic = try session.topic(bench.configuration.topics.ordersCreated)
        let end = ContinuousClock.Instant.now + .seconds(20)
        var reports = 0
        // Once through, so that nothing but the records has to be asked for then.
        try session.produce(OutgoingRecord(key: [1], value: [1]), to: topic, number: 0)
        while reports == 0, .now < end { _ = session.serve(milliseconds: 10) { _, _ in reports += 1 } }
        bench.embedded?.setRoundTrip(milliseconds: 20_000)
        isSent.withLock { $0 = false }
        for number in 1...100 { try session.produce(OutgoingRecord(key: [1], value: [1]), to: topic, number: number) }
        while !isSent.withLock({ $0 }), .now < end { _ = session.serve(milliseconds: 10) { _, _ in reports += 1 } }
        #expect(reports == 1 && isSent.withLock { $0 })
        return session.client
    }

    /// A record that is too large stops at its row; those before it are published.
    @Test(arguments: TestBroker.quick) func recordsThatAreTooLarge(_ broker: TestBroker) throws {
        let bench = try BrokerBench(broker)
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        var rows = Self.rows(1...5)
        rows[2].record.value = Array(repeating: 0, count: 1_500_000)
        guard case .refused(let number, let reason) = sink.publish(rows, publishedThrough: 0) else {
            Issue.record("published")
            return
        }
        #expect(number == 3)
        #expect(reason.contains("MSG_SIZE_TOO_LARGE") && reason.contains("row 3"), "\(reason)")
        #expect(sink.publish(Array(rows[3...]), publishedThrough: 3) == .published)
        #expect(try bench.read(.ordersCreated, count: 4).count == 4)
    }

    /// The broker's own limit, below the library's.
    @Test(.enabled(if: TestBroker.hasReal)) func recordsTooLargeForTheTopic() throws {
        let bench = try BrokerBench(.kafka, createsTopics: false)
        let topic = bench.configuration.topics.ordersCreated
        _ = try KafkaAdmin(bench.configuration).create([
            .init(name: topic, partitions: 1, replication: 1, settings: ["max.message.bytes": "10000"])
        ])
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        #expect(sink.publish(Self.rows(1...2), publishedThrough: 0) == .published)
        var rows = Self.rows(3...5)
        rows[0].record.value = Array(repeating: 0, count: 20_000)
        guard case .refused(let number, let reason) = sink.publish(rows, publishedThrough: 2) else {
            Issue.record("published")
            return
        }
        #expect(number == 3)
        #expect(reason.contains("MSG_SIZE_TOO_LARGE"), "\(reason)")
        #expect(sink.publish(Self.rows(4...5), publishedThrough: 3) == .published)
        let values = try bench.read(.ordersCreated, count: 4).map { String(decoding: $0.value ?? [], as: UTF8.self) }
        #expect(values == ["1", "2", "4", "5"], "none behind a refused row goes out with it")
    }

    /// Java's producers and ours put a key into the same partition (murmur2).
    @Test(arguments: TestBroker.quick) func keysLieWhereJavaPutsThem(_ broker: TestBroker) throws {
        let bench = try BrokerBench(broker, partitions: 12)
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        // From org.apache.kafka.common.utils.Utils.toPositive(murmur2(key)) % 12.
        let rows = (1...100).map {
            SinkContract.row(Int64($0), .ordersCreated, RecordContent(key: "\($0)", value: "x"))
        }
        #expect(sink.publish(rows, publishedThrough: 0) == .published)
        for record in try bench.read(.ordersCreated, count: 100) {
            #expect(record.address.partition == Int32(Self.murmur2(record.key ?? []) & 0x7fff_ffff) % 12)
        }
    }

    /// Kafka's variant of MurmurHash2, as its clients document it.
    private static func murmur2(_ bytes: [UInt8]) -> UInt32 {
        let factor: UInt32 = 0x5bd1_e995
        var hash = 0x9747_b28c ^ UInt32(bytes.count)
        let whole = bytes.count / 4 * 4
        for start in stride(from: 0, to: whole, by: 4) {
            var part = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
            part = part &* factor
            part ^= part >> 24
            hash = hash &* factor ^ part &* factor
        }
        if whole < bytes.count {
            for (index, byte) in bytes[whole...].enumerated() { hash ^= UInt32(byte) << (8 * UInt32(index)) }
            hash = hash &* factor
        }
        hash ^= hash >> 13
        hash = hash &* factor
        return hash ^ hash >> 15
    }

    @Test func reportsCountTheAcknowledgedBeginning() {
        var reports = Reports(count: 4)
        reports.add(1, RD_KAFKA_RESP_ERR_NO_ERROR)
        #expect(reports.acknowledged == 0)
        reports.add(0, RD_KAFKA_RESP_ERR_NO_ERROR)
        #expect(reports.acknowledged == 2)
        reports.add(2, RD_KAFKA_RESP_ERR__PURGE_QUEUE)
        reports.add(3, RD_KAFKA_RESP_ERR_NO_ERROR)
        reports.add(9, RD_KAFKA_RESP_ERR_NO_ERROR)
        #expect(reports.acknowledged == 2)
        #expect(reports.failure == RD_KAFKA_RESP_ERR__PURGE_QUEUE)
        #expect(reports.cause == nil)
        reports.add(2, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        #expect(reports.cause?.code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && reports.cause?.index == 2)
    }
}

/// The sink for a closure of any thread, which only interrupts it.
private struct SentSink: @unchecked Sendable {
    let sink: KafkaProducer
}
