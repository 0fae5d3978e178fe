import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeKafka

/// A broker with topics of its own, and the relay's sinks on them.
final class RelayBench: SinkBench {
    let bench: BrokerBench
    var delivery: Delivery
    /// The store whose relay it is, and the starts that it knows.
    var owner = RelayBench.owner(store: 1, starts: 1...1)
    var relayID: String

    enum Delivery: String, CaseIterable, Sendable {
        case exactlyOnce
        case atLeastOnce
    }

    init(_ delivery: Delivery = .exactlyOnce, partitions: Int32 = 4) throws {
        bench = try BrokerBench(.kafka, partitions: partitions)
        self.delivery = delivery
        relayID = RelayIdentity.defaultID(ordersTopic: bench.configuration.topics.ordersCreated)
    }

    var configuration: KafkaConfiguration { bench.configuration }
    var relay: RelayIdentity { RelayIdentity(relayID: relayID, owner: owner) }

    static func identity(store: UInt64, start: Int64) -> StoreIdentity {
        StoreIdentity(id: UniqueID(high: store, low: 7), start: start, incarnation: store &* 1_000 &+ UInt64(start))
    }

    static func owner(store: UInt64, starts: ClosedRange<Int64>) -> StoreOwner {
        let all = starts.map { identity(store: store, start: $0) }
        return StoreOwner(identity: identity(store: store, start: starts.upperBound), starts: Set(all))
    }

    var keepsMark: Bool { true }

    func makeSink() throws -> any RecordSink {
        switch delivery {
        case .exactlyOnce: try makeTransactional()
        case .atLeastOnce: try KafkaProducer(configuration, relay: relay)
        }
    }

    func makeTransactional(_ limits: TransactionLimits = TransactionLimits()) throws -> TransactionalProducer {
        try TransactionalProducer(configuration, relay: relay, limits: limits)
    }

    func mark(readCommitted: Bool = true) throws -> FoundMark? {
        try KafkaRelayMark.read(configuration, relayID: relayID, readCommitted: readCommitted)
    }

    func write(_ mark: FoundMark) throws { try KafkaRelayMark.write(mark, configuration, relayID: relayID) }

    func read(_ topic: OutputTopic, count: Int) throws -> [OwnedRecord] { try bench.read(topic, count: count) }

    /// Rows with these numbers, over five keys.
    static func rows(_ numbers: some Sequence<Int>) -> [PublishableRow] {
        numbers.map { SinkContract.row(Int64($0), .ordersCreated, RecordContent(key: "\($0 % 5)", value: "\($0)")) }
    }

    /// Checks that a read_committed reader finds rows 1...count, but those in `without`, each once and each key's in order (G5).
    func expectOnce(_ count: Int, without missing: Set<Int> = [], _ comment: String = "") throws {
        let records = try read(.ordersCreated, count: count - missing.count)
        let numbers = records.compactMap { Int(String(decoding: $0.value ?? [], as: UTF8.self)) }
        #expect(numbers.sorted() == (1...count).filter { !missing.contains($0) }, "G5 \(comment)")
        for key in 0..<5 {
            let ofKey = records.filter { $0.key == Array("\(key)".utf8) }
                .compactMap { Int(String(decoding: $0.value ?? [], as: UTF8.self)) }
            #expect(ofKey == ofKey.sorted(), "G5, the order of key \(key) \(comment)")
        }
    }
}

extension RecordSink {
    /// Opens it; the mark where it opened, else nil with an issue.
    @discardableResult
    func expectOpen(_ mark: Int64 = 0, highest: Int64 = 1_000_000, expectsMark: Bool = false) -> Int64? {
        let result = open(SinkOpening(mark: mark, highest: highest, expectsMark: expectsMark))
        if case .opened(let mark) = result { return mark }
        Issue.record("\(result)")
        return nil
    }
}
