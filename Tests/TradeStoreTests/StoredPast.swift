import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeStore

/// Commits entries whose times and outcomes a test names.
struct StoredPast {
    let store: SQLiteStore
    private var event: Int64 = 0
    private var recommendation: Int64 = 0
    private var position: Int64 = 0
    private var row: Int64 = 0

    init(_ store: SQLiteStore) { self.store = store }

    mutating func advise(
        _ id: Int64, at hours: Int64, expert: Int64 = 1, useCase: UseCase = .enterMarket, symbol: String = "AAPL",
        occurred: Int64? = nil, isDecided: Bool = true
    ) {
        event += 1
        recommendation += 1
        let reference = EventReference(
            number: event, identity: EventIdentity(id: "e\(event)"),
            address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: event),
            expert: ExpertID(expert), useCase: useCase, occurredAt: StoredPast.time(occurred ?? hours),
            lookbackDays: 1, trace: nil)
        let advice = Recommendation(
            id: RecommendationID(id), symbol: Symbol(symbol), action: .buy, priceAtDate: Fixed9(units: 1),
            createdAt: StoredPast.time(hours))
        commit(
            event: reference,
            recommendations: [.init(number: recommendation, event: reference, recommendation: advice)])
        guard isDecided else { return }
        commit(
            run: StoreEntries.run(expert: expert, useCase: useCase, event),
            outcomes: [RecommendationOutcome(number: recommendation, kind: .skipped(.hold), run: event)])
    }

    mutating func trigger(at hours: Int64) {
        event += 1
        commit(
            event: EventReference(
                number: event, identity: EventIdentity(id: "e\(event)"),
                address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: event),
                expert: ExpertID(1), useCase: .enterMarket, occurredAt: StoredPast.time(hours), lookbackDays: 1,
                trace: nil))
    }

    mutating func trade(
        _ status: PositionStatus, at hours: Int64, closed: Int64? = nil, closePrice: Int64 = 1, expert: Int64 = 1,
        symbol: String = "AAPL", side: Side = .buy
    ) {
        position += 1
        var made = StoreEntries.position(position, expert: expert, symbol: symbol, status: status, orders: 2)
        made.side = side
        made.price = Fixed9(units: 10)
        made.createdAt = StoredPast.time(hours)
        made.openedAt = status == .waiting || status == .failed ? nil : StoredPast.time(hours)
        if let closed {
            made.closedAt = StoredPast.time(closed)
            made.closePrice = Fixed9(units: closePrice)
        }
        commit(positions: [made])
    }

    mutating func publish(_ topic: OutputTopic = .deadLetters, at hours: Int64?, mark: Int64? = nil) {
        row += 1
        let made = OutboxRow(
            number: row,
            record: .deadLetter(
                DeadLetterRecord(
                    address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: row),
                    timestamp: hours.map { $0 * 3_600_000 }, bytes: RecordBytes(key: nil, value: nil, headers: []),
                    cause: Undecodable(.malformed, "m"))))
        var headers: [UInt8] = []
        HeaderBlock.append(
            name: "ce_id".utf8, value: UniqueID(high: 1, low: UInt64(row)).description.utf8, to: &headers)
        if let hours { HeaderBlock.append(name: "ce_time".utf8, value: StoredPast.text(hours).utf8, to: &headers) }
        let letter = OutputEncoder(topics: TopicNames()).encode(made.record)
        made.encode { _ in
            topic == .deadLetters ? letter : EncodedRecord(topic: topic, key: nil, value: [1], headers: headers)
        }
        commit(rows: [made], relayMark: mark)
    }

    private func commit(
        event: EventReference? = nil, recommendations: [PendingRecommendation] = [], run: KeyRun? = nil,
        positions: [Position] = [], outcomes: [RecommendationOutcome] = [], rows: [OutboxRow] = [],
        relayMark: Int64? = nil
    ) {
        let entry = ChangeSet(
            number: store.lastCommit + 1, event: event, recommendations: recommendations, run: run,
            positions: positions, outcomes: outcomes, rows: rows, relayMark: relayMark)
        #expect(store.commit([entry]) == .committed)
    }

    /// Times are hours since 1970.
    static func time(_ hours: Int64) -> Timestamp { Timestamp(microseconds: hours * 3_600_000_000) }

    private static func text(_ hours: Int64) -> String {
        let (day, hour) = hours.quotientAndRemainder(dividingBy: 24)
        return
            "1970-\(day < 31 ? "01" : "02")-\(String("0\(day % 31 + 1)".suffix(2)))T\(String("0\(hour)".suffix(2))):00:00.000Z"
    }
}
