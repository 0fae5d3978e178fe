package import TradeContracts
package import TradeCore
package import TradePipeline

/// Makes entries that a store takes, numbered as the machine numbers them.
package struct StoreEntries {
    package var commit: Int64 = 0
    package var event: Int64 = 0
    package var recommendation: Int64 = 0
    package var position: Int64 = 0
    package var row: Int64 = 0
    package var offset: Int64 = 0

    package init() {}

    /// An event of the inbox with one recommendation for each of `ids`, and its input position.
    package mutating func inbox(
        expert: Int64 = 1, useCase: UseCase = .enterMarket, ids: [Int64], symbol: String = "AAPL", id: String? = nil,
        source: String = ""
    ) -> ChangeSet {
        commit += 1
        event += 1
        offset += 1
        let reference = EventReference(
            number: event, identity: EventIdentity(id: id ?? "event-\(event)", source: source),
            address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: offset - 1),
            expert: ExpertID(expert), useCase: useCase, occurredAt: Timestamp(microseconds: 1_000_000 * event),
            lookbackDays: 1, trace: nil)
        let pending = ids.map { id in
            recommendation += 1
            return PendingRecommendation(
                number: recommendation, event: reference, recommendation: Self.advice(id: id, symbol: symbol))
        }
        return ChangeSet(
            number: commit, position: Self.input(next: offset), event: reference, recommendations: pending)
    }

    /// A pass that enters: a run, a position with its entry order, the outcome, an outbox row.
    package mutating func entry(
        expert: Int64 = 1, symbol: String = "AAPL", recommendation: Int64, run: Int64, decides: Int64? = nil
    ) -> ChangeSet {
        commit += 1
        position += 1
        row += 1
        return ChangeSet(
            number: commit, run: Self.run(expert: expert, run),
            positions: [Self.position(position, expert: expert, symbol: symbol, recommendation: recommendation)],
            outcomes: [RecommendationOutcome(number: decides ?? self.recommendation, kind: .ordered, run: run)],
            rows: [Self.row(row)])
    }

    /// An entry of these parts alone.
    package mutating func other(
        position: InputPosition? = nil, run: KeyRun? = nil, positions: [Position] = [],
        outcomes: [RecommendationOutcome] = [], reference: [ReferenceWrite] = [], halts: [HaltChange] = [],
        rows: Int = 0, relayMark: Int64? = nil
    ) -> ChangeSet {
        commit += 1
        let outbox = (0..<rows).map { _ in
            row += 1
            return Self.row(row)
        }
        return ChangeSet(
            number: commit, position: position, run: run, positions: positions, outcomes: outcomes,
            reference: reference, halts: halts, rows: outbox, relayMark: relayMark)
    }

    package static func advice(id: Int64, symbol: String) -> Recommendation {
        Recommendation(
            id: RecommendationID(id), symbol: Symbol(symbol), action: .buy,
            priceAtDate: Fixed9(billionths: 189_950_000_000), createdAt: Timestamp(microseconds: 5))
    }

    package static func input(
        _ topic: InputTopic = .analysisCompleted, partition: Int32 = 0, next: Int64
    ) -> InputPosition {
        InputPosition(
            partition: TopicPartition(topic: topic, partition: partition), nextOffset: next, lastOffset: next - 1,
            lastTimestamp: next * 10, lastChecksum: .max - UInt64(bitPattern: next))
    }

    package static func run(expert: Int64 = 1, useCase: UseCase = .enterMarket, _ run: Int64) -> KeyRun {
        KeyRun(key: ExpertUseCase(expert: ExpertID(expert), useCase: useCase), run: run)
    }

    package static func position(
        _ number: Int64, expert: Int64 = 1, symbol: String = "AAPL", recommendation: Int64 = 1,
        status: PositionStatus = .waiting, orders: Int = 1
    ) -> Position {
        Position(
            number: number, id: UniqueID(high: UInt64(bitPattern: number), low: 7), expert: ExpertID(expert),
            symbol: Symbol(symbol), side: .buy, status: status, recommendation: RecommendationID(recommendation),
            quantity: Fixed9(units: 400), price: Fixed9(billionths: 189_950_000_000),
            createdAt: Timestamp(microseconds: 5),
            orders: (0..<orders).map { order(of: number, $0, status: .pending) })
    }

    package static func order(of position: Int64, _ place: Int, status: OrderStatus) -> PositionOrder {
        PositionOrder(
            id: orderID(of: position, place), role: place == 0 ? .entry : .takeProfit, status: status,
            quantity: Fixed9(units: 400), price: place == 0 ? nil : Fixed9(units: 200),
            createdAt: Timestamp(microseconds: 5))
    }

    package static func orderID(of position: Int64, _ place: Int) -> UniqueID {
        UniqueID(high: 0xAA00_0000_0000_0000 | UInt64(bitPattern: position), low: UInt64(place))
    }

    package static func row(_ number: Int64, topic: OutputTopic = .ordersCreated) -> OutboxRow {
        row(
            number,
            EncodedRecord(
                topic: topic, key: Array("1".utf8), value: Array("value \(number)".utf8), headers: [1, 0, 0, 0, 65]))
    }

    /// Nil: it is not encoded.
    package static func row(_ number: Int64, _ encoded: EncodedRecord?) -> OutboxRow {
        let row = OutboxRow(
            number: number,
            record: .deadLetter(
                DeadLetterRecord(
                    address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: 0), timestamp: nil,
                    bytes: RecordBytes(key: nil, value: nil, headers: []), cause: Undecodable(.malformed, ""))))
        if let encoded { row.encode { _ in encoded } }
        return row
    }
}

extension Fixed9 {
    /// A whole number.
    package init(units whole: Int64) { self.init(billionths: whole * 1_000_000_000) }
}
