import CRdkafka
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// Exactly once through every failure of a call, and of the process (G5, design §6).
@Suite(.serialized, .enabled(if: TestBroker.hasReal)) struct TransactionFaultTests {
    private static let calls = [
        "new", "conf_interceptor_add_on_new", "set_log_queue", "committed", "init_transactions",
        "init_transactions.done", "begin_transaction", "produceva", "consumer_group_metadata_new",
        "send_offsets_to_transaction", "send_offsets_to_transaction.done", "commit_transaction",
        "commit_transaction.done",
    ]

    /// Any call fails, once or for a while, in any of the ways that a caller could tell apart.
    @Test(arguments: calls) func anyCallFails(_ call: String) throws {
        let bench = try RelayBench()
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        var loop = RelayLoop(sink)
        var end = 0
        let codes = [RD_KAFKA_RESP_ERR__FAIL, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH]
        for (nth, code) in zip([1, 2, 4], codes) {
            end += 60
            ForcedError.on(call, nth: nth, times: 2, code: code) { loop.run(to: end) }
        }
        #expect(!loop.troubles.isEmpty, "the error was seen")
        #expect(try bench.mark() == FoundMark(number: Int64(end), writer: bench.owner.identity.text))
        try bench.expectOnce(end, "\(loop.troubles)")
    }

    /// The abort of what failed fails as well, or its answer is lost.
    @Test(arguments: ["abort_transaction", "abort_transaction.done"]) func theAbortFails(_ call: String) throws {
        let bench = try RelayBench()
        let configuration = try Self.smallRecords(bench)
        let sink = try TransactionalProducer(configuration, relay: bench.relay)
        defer { sink.close(deadline: 5) }
        var loop = RelayLoop(sink)
        ForcedError.on(call, times: 2) { loop.run(to: 60, rows: Self.rowsWithALargeOne(30)) }
        #expect(loop.troubles.contains { $0.hasPrefix("in doubt") && $0.contains("MSG_SIZE_TOO_LARGE") })
        #expect(loop.refused == [30])
        try bench.expectOnce(60, without: [30])
    }

    /// After an abort that is certain the sink goes on without being opened anew: once by itself, then with smaller transactions.
    @Test func aCertainAbortIsNoDoubt() throws {
        let bench = try RelayBench()
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        sink.expectOpen()
        let result = ForcedError.on("send_offsets_to_transaction", times: 2) {
            sink.publish(RelayBench.rows(1...40), publishedThrough: 0)
        }
        guard case .failed(0, let reason) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(reason.contains("the relay's mark 40"), "\(reason)")
        #expect(sink.publish(RelayBench.rows(1...40), publishedThrough: 0) == .published)
        try bench.expectOnce(40)
    }

    /// The mark alone can't be written: a new producer may be what it needs.
    @Test func theMarkAloneFails() throws {
        let bench = try RelayBench()
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        sink.expectOpen(5)
        let result = ForcedError.on("send_offsets_to_transaction") { sink.publish([], publishedThrough: 5) }
        guard case .inDoubt = result else {
            Issue.record("\(result)")
            return
        }
        #expect(sink.expectOpen(5, expectsMark: true) == 5)
        #expect(sink.publish([], publishedThrough: 5) == .published)
    }

    /// A part of the rows is published, then a transaction fails: what is told is what holds.
    @Test func failureInTheSecondTransaction() throws {
        let bench = try RelayBench()
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        sink.expectOpen()
        let rows = RelayBench.rows(1...40)
        // Halves the transactions.
        _ = ForcedError.on("send_offsets_to_transaction", times: 2) { sink.publish(rows, publishedThrough: 0) }
        let result = ForcedError.on("send_offsets_to_transaction", nth: 2, times: 2) {
            sink.publish(rows, publishedThrough: 0)
        }
        guard case .failed(20, _) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(try bench.mark()?.number == 20)
        #expect(sink.publish(Array(rows[20...]), publishedThrough: 20) == .published)
        try bench.expectOnce(40)
    }

    /// A process ends in the middle of a transaction: the mark can be read at once all the same, and the next start settles it.
    @Test func killedInATransaction() throws {
        let bench = try RelayBench()
        let first = try bench.makeSink()
        first.expectOpen()
        #expect(first.publish(RelayBench.rows(1...10), publishedThrough: 0) == .published)
        // Begun, sent, marked, and never ended.
        let result = ForcedError.on("commit_transaction") {
            first.publish(RelayBench.rows(11...20), publishedThrough: 10)
        }
        guard case .inDoubt = result else {
            Issue.record("\(result)")
            return
        }
        let start = ContinuousClock.Instant.now
        #expect(try bench.mark(readCommitted: false)?.number == 10)
        #expect(ContinuousClock.Instant.now - start < .seconds(5))
        #expect(throws: KafkaError.self, "an open transaction holds the mark") {
            try KafkaRelayMark.read(
                bench.configuration, relayID: bench.relayID, readCommitted: true, within: 0.5)
        }
        bench.owner = RelayBench.owner(store: 1, starts: 1...2)
        let second = try bench.makeSink()
        defer { second.close(deadline: 5) }
        #expect(second.expectOpen(10, highest: 20, expectsMark: true) == 10)
        #expect(second.publish(RelayBench.rows(11...30), publishedThrough: 10) == .published)
        try bench.expectOnce(30)
    }

    /// A process ends between the commit and its answer: the mark tells it.
    @Test func killedBehindACommit() throws {
        let bench = try RelayBench()
        let first = try bench.makeSink()
        first.expectOpen()
        let result = ForcedError.on("commit_transaction.done") {
            first.publish(RelayBench.rows(1...10), publishedThrough: 0)
        }
        guard case .inDoubt = result else {
            Issue.record("\(result)")
            return
        }
        bench.owner = RelayBench.owner(store: 1, starts: 1...2)
        let second = try bench.makeSink()
        defer { second.close(deadline: 5) }
        #expect(second.expectOpen(0, highest: 10, expectsMark: true) == 10)
        #expect(second.publish(RelayBench.rows(11...20), publishedThrough: 10) == .published)
        try bench.expectOnce(20)
    }

    @Test func publishingNeedsAnOpening() throws {
        for delivery in RelayBench.Delivery.allCases {
            let bench = try RelayBench(delivery)
            let sink = try bench.makeSink()
            defer { sink.close(deadline: 5) }
            guard case .inDoubt(let reason) = sink.publish(RelayBench.rows(1...1), publishedThrough: 0) else {
                Issue.record("published by a sink that is not open")
                continue
            }
            #expect(reason.contains("not open"))
            #expect(try bench.mark() == nil)
        }
    }

    // MARK: Refusals

    /// What the broker refuses is found by halving; the rest is published.
    @Test(arguments: [[1], [30], [60], [1, 2, 31, 60]]) func theBrokerRefusesRows(_ large: Set<Int>) throws {
        let bench = try RelayBench()
        let configuration = try Self.smallRecords(bench)
        let sink = try TransactionalProducer(configuration, relay: bench.relay)
        defer { sink.close(deadline: 5) }
        var loop = RelayLoop(sink, batch: 60)
        loop.run(to: 60, rows: Self.rowsWithALargeOne(large))
        #expect(loop.refused == large, "\(loop.troubles)")
        #expect(loop.troubles.allSatisfy { $0.contains("MSG_SIZE_TOO_LARGE") }, "\(loop.troubles)")
        try bench.expectOnce(60, without: large)
    }

    /// A compacted topic takes no record without a key.
    @Test(arguments: RelayBench.Delivery.allCases) func theBrokerFindsRowsInvalid(_ delivery: RelayBench.Delivery)
        throws
    {
        let bench = try RelayBench(delivery)
        let topic = "compacted-\(bench.configuration.topics.ordersCreated)"
        _ = try KafkaAdmin(bench.configuration).create([
            .init(name: topic, partitions: 1, replication: 1, settings: ["cleanup.policy": "compact"])
        ])
        bench.bench.configuration.topics.eventsSkipped = topic
        let sink = try bench.makeSink()
        defer { sink.close(deadline: 5) }
        var loop = RelayLoop(sink, batch: 20)
        loop.run(to: 20) { numbers in
            numbers.map { number in
                guard number == 7 else { return RelayBench.rows([number])[0] }
                return SinkContract.row(7, .eventsSkipped, RecordContent(key: nil, value: Array("7".utf8)))
            }
        }
        #expect(loop.refused == [7], "\(loop.troubles)")
        #expect(loop.troubles.contains { $0.contains("INVALID_RECORD") }, "\(loop.troubles)")
    }

    /// A missing topic is no row's fault: nothing is passed over, and what comes before it goes out.
    @Test func aTopicThatCannotBe() throws {
        let bench = try RelayBench()
        bench.bench.configuration.topics.eventsSkipped = "not a topic's name"
        var limits = TransactionLimits()
        limits.patience = 1
        let sink = try bench.makeTransactional(limits)
        defer { sink.close(deadline: 5) }
        var loop = RelayLoop(sink)
        for _ in 0..<10 {
            loop.step(2) { numbers in
                numbers.map { number in
                    SinkContract.row(
                        Int64(number), number == 2 ? .eventsSkipped : .ordersCreated,
                        RecordContent(key: "1", value: "\(number)"))
                }
            }
        }
        #expect(loop.mark == 1)
        #expect(loop.refused.isEmpty)
        #expect(loop.troubles.contains { $0.contains("TOPIC") }, "\(loop.troubles)")
        try bench.expectOnce(1)
    }

    /// Topics that take no record above 10,000 bytes.
    private static func smallRecords(_ bench: RelayBench) throws -> KafkaConfiguration {
        let topic = "small-\(bench.configuration.topics.ordersCreated)"
        _ = try KafkaAdmin(bench.configuration).create([
            .init(name: topic, partitions: 2, replication: 1, settings: ["max.message.bytes": "10000"])
        ])
        bench.bench.configuration.topics.ordersCreated = topic
        return bench.configuration
    }

    private static func rowsWithALargeOne(_ large: Int) -> (Range<Int>) -> [PublishableRow] {
        rowsWithALargeOne([large])
    }

    private static func rowsWithALargeOne(_ large: Set<Int>) -> (Range<Int>) -> [PublishableRow] {
        { numbers in
            RelayBench.rows(numbers).map { row in
                var row = row
                if large.contains(Int(row.number)) { row.record.value = Array(repeating: 0, count: 20_000) }
                return row
            }
        }
    }
}
