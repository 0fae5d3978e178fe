import CRdkafka
import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeKafka

/// Exactly once on a real Kafka (G5): what a reader of committed records finds.
@Suite(.serialized, .enabled(if: TestBroker.hasReal)) struct TransactionalProducerTests {
    private let bench: BrokerBench
    private let identity: StoreIdentity
    private let relayID: String

    init() throws {
        bench = try BrokerBench(.kafka, partitions: 2)
        var random = SystemRandomNumberGenerator()
        identity = StoreIdentity(id: UniqueID(high: random.next(), low: random.next()), start: 1, incarnation: 7)
        relayID = RelayIdentity.relayID(ordersTopic: bench.configuration.topics.ordersCreated)
    }

    private func sink(
        _ identity: StoreIdentity? = nil, knowing starts: Set<StoreIdentity> = []
    ) throws -> TransactionalProducer {
        let owner = StoreOwner(identity: identity ?? self.identity, starts: starts)
        return try TransactionalProducer(bench.configuration, relay: RelayIdentity(relayID: relayID, owner: owner))
    }

    private func rows(_ numbers: ClosedRange<Int64>, size: Int = 0) -> [PublishableRow] {
        numbers.map { number in
            SinkContract.row(
                number, .ordersCreated,
                RecordContent(key: "\(number % 3)", value: "\(number)" + String(repeating: " ", count: size)))
        }
    }

    /// Every value of the orders topic that a reader of committed records finds, by key in order.
    private func expectOnce(_ numbers: ClosedRange<Int64>) throws {
        let found = try bench.read(.ordersCreated, count: numbers.count).map {
            Int64(String(decoding: $0.value ?? [], as: UTF8.self).filter { $0 != " " }) ?? -1
        }
        #expect(found.sorted() == Array(numbers), "G5: once each")
        for key in 0..<3 {
            let ofKey = found.filter { $0 % 3 == Int64(key) }
            #expect(ofKey == ofKey.sorted(), "G5: in outbox order")
        }
    }

    private static let first = SinkOpening(mark: 0, highest: 1_000_000, expectsMark: false)

    @Test func theMarkFollowsAndIsFoundAgain() throws {
        let sink = try sink()
        #expect(sink.open(Self.first) == .opened(mark: 0))
        let claimed = try KafkaRelayMark.read(bench.configuration, relayID: relayID, readsCommitted: true)
        #expect(claimed == FoundMark(number: 0, writer: identity.text), "the first start writes mark 0")
        #expect(sink.publish(rows(1...5), publishedThrough: 0) == .published)
        #expect(sink.publish(rows(6...2_500), publishedThrough: 5) == .published)
        sink.close(deadline: 5)
        let again = try self.sink()
        defer { again.close(deadline: 5) }
        // The store's mark is behind: the higher one counts.
        #expect(again.open(SinkOpening(mark: 5, highest: 2_500, expectsMark: true)) == .opened(mark: 2_500))
        #expect(again.publish([], publishedThrough: 2_500) == .published)
        try expectOnce(1...2_500)
    }

    @Test("What a killed producer left is settled: published with its mark, or not at all")
    func settlesWhatALostProducerLeft() throws {
        let first = try sink()
        #expect(first.open(Self.first) == .opened(mark: 0))
        #expect(first.publish(rows(1...10), publishedThrough: 0) == .published)
        // As if the process had died before the commit.
        let result = ForcedError.on("commit_transaction") { first.publish(rows(11...20), publishedThrough: 10) }
        guard case .inDoubt = result else {
            Issue.record("\(result)")
            return
        }
        let second = try sink()
        defer { second.close(deadline: 5) }
        #expect(second.open(SinkOpening(mark: 0, highest: 20, expectsMark: true)) == .opened(mark: 10))
        #expect(second.publish(rows(11...20), publishedThrough: 10) == .published)
        try expectOnce(1...20)
    }

    @Test(
        "Whatever call fails, rows come once",
        arguments: ["begin_transaction", "produceva", "send_offsets", "commit_transaction", "abort_transaction"])
    func failingCalls(_ call: String) throws {
        let sink = try sink()
        defer { sink.close(deadline: 5) }
        var mark: Int64 = 0
        #expect(sink.open(Self.first) == .opened(mark: 0))
        var failures = 0
        for nth in 1...4 {
            while mark < Int64(nth) * 50 {
                let batch = rows((mark + 1)...(Int64(nth) * 50))
                // An abort follows a failure only.
                let result = ForcedError.on(call == "abort_transaction" ? "send_offsets" : call, nth: nth == 1 ? 1 : 2)
                {
                    sink.publish(batch, publishedThrough: mark)
                }
                switch result {
                case .published: mark = batch.last?.number ?? mark
                case .failed(let through, _):
                    failures += 1
                    mark = through
                case .refused(_, let reason): Issue.record("\(reason)")
                case .inDoubt:
                    failures += 1
                    let opened = sink.open(SinkOpening(mark: mark, highest: 1_000, expectsMark: true))
                    guard case .opened(let found) = opened else {
                        Issue.record("\(opened)")
                        return
                    }
                    mark = found
                }
                if failures > 40 { break }
            }
        }
        #expect(failures > 0)
        try expectOnce(1...mark)
    }

    @Test func anotherStoreIsRefusedBeforeItDisturbsAnybody() throws {
        let healthy = try sink()
        defer { healthy.close(deadline: 5) }
        #expect(healthy.open(Self.first) == .opened(mark: 0))
        #expect(healthy.publish(rows(1...3), publishedThrough: 0) == .published)
        let other = try sink(StoreIdentity(id: UniqueID(high: 1, low: 2), start: 1, incarnation: 1))
        guard case .refused(let reason) = other.open(Self.first) else {
            Issue.record("it was let in")
            return
        }
        #expect(reason.contains(identity.id.description) && reason.contains("accept owner"), "\(reason)")
        #expect(healthy.publish(rows(4...6), publishedThrough: 3) == .published, "not fenced")
        try expectOnce(1...6)
    }

    @Test("A start that we don't know has fenced us: we are the copy, and stop")
    func fencedByACopy() throws {
        let first = try sink()
        #expect(first.open(Self.first) == .opened(mark: 0))
        let copy = StoreIdentity(id: identity.id, start: 2, incarnation: 9)
        let second = try sink(copy, knowing: [identity])
        defer { second.close(deadline: 5) }
        #expect(second.open(Self.first) == .opened(mark: 0))
        guard case .inDoubt = first.publish(rows(1...3), publishedThrough: 0) else {
            Issue.record("it was not fenced")
            return
        }
        guard case .refused(let reason) = first.open(SinkOpening(mark: 0, highest: 3, expectsMark: true)) else {
            Issue.record("it went on")
            return
        }
        #expect(reason.contains("copy"), "\(reason)")
        #expect(second.publish(rows(1...3), publishedThrough: 0) == .published)
        try expectOnce(1...3)
    }

    @Test func aMarkThatIsGoneOrTooHighIsRefused() throws {
        let fresh = try sink()
        guard case .refused(let reason) = fresh.open(SinkOpening(mark: 5, highest: 9, expectsMark: true)) else {
            Issue.record("a missing mark was taken for none")
            return
        }
        #expect(reason.contains("set-mark"), "\(reason)")
        #expect(fresh.open(SinkOpening(mark: 5, highest: 9, expectsMark: false)) == .opened(mark: 5), "a clean stop")
        let older = try sink()
        guard case .refused(let text) = older.open(SinkOpening(mark: 1, highest: 4, expectsMark: true)) else {
            Issue.record("an older store was let in")
            return
        }
        #expect(text.contains("older state"), "\(text)")
    }

    @Test func aRowThatIsTooLargeIsRefusedAloneAndTheOthersGoOut() throws {
        let sink = try sink()
        defer { sink.close(deadline: 5) }
        #expect(sink.open(Self.first) == .opened(mark: 0))
        let large = rows(1...20) + rows(21...21, size: 1_100_000) + rows(22...40)
        guard case .refused(21, let reason) = sink.publish(large, publishedThrough: 0) else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.contains("SIZE") || reason.contains("large"), "\(reason)")
        #expect(sink.publish(rows(22...40), publishedThrough: 21) == .published)
        let found = try bench.read(.ordersCreated, count: 39)
        #expect(found.count == 39)
    }

    @Test func aBrokerThatIsAwayIsTold() throws {
        var configuration = bench.configuration
        configuration.bootstrapServers = "127.0.0.1:1"
        let owner = StoreOwner(identity: identity, starts: [])
        let sink = try TransactionalProducer(configuration, relay: RelayIdentity(relayID: relayID, owner: owner))
        sink.interrupt()
        guard case .unavailable = sink.open(Self.first) else {
            Issue.record("it is not there")
            return
        }
        sink.close(deadline: 1)
    }

    @Test func aPlainProducerKeepsTheMarkToo() throws {
        let relay = RelayIdentity(relayID: relayID, owner: StoreOwner(identity: identity, starts: []))
        let plain = try KafkaProducer(bench.configuration, relay: relay)
        #expect(plain.open(Self.first) == .opened(mark: 0))
        #expect(plain.publish(rows(1...10), publishedThrough: 0) == .published)
        plain.close(deadline: 5)
        // Switched to transactions.
        let sink = try sink()
        defer { sink.close(deadline: 5) }
        #expect(sink.open(SinkOpening(mark: 10, highest: 10, expectsMark: true)) == .opened(mark: 10))
        #expect(sink.publish(rows(11...20), publishedThrough: 10) == .published)
        try expectOnce(1...20)
    }
}
