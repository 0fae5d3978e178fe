import Testing
import TradeContracts
import TradeCore
import TradePipeline

extension StoreContract {
    /// Every field of every value comes back, absent and extreme ones too, also after reopening.
    static func readsAsWritten(_ open: () throws -> StoreBench) throws {
        let bench = try open()
        let entries = oddEntries()
        #expect(bench.store.commit(entries) == .committed)
        let identities = entries.compactMap { $0.event?.identity }
        let orders = entries.flatMap(\.positions).flatMap(\.orders).map(\.id)
        var expected = entries.flatMap(\.recommendations).map(StoreDump.describe)
        expected += entries.flatMap(\.positions).map { "open \(StoreDump.describe($0))" }
        expected += entries.flatMap(\.rows).compactMap { row in
            row.encoded.map { StoreDump.describe(PublishableRow(number: row.number, record: $0)) }
        }
        expected += entries.compactMap(\.position).map { "input \($0)" }
        expected += identities.map { "\($0) true" }
        func compare(_ bench: StoreBench) throws {
            let lines = try StoreDump.lines(bench, experts: [.min, .max], orders: orders, identities: identities)
            let missing = Set(expected).subtracting(lines)
            #expect(missing.isEmpty)
            #expect(lines.count { $0.hasPrefix("row ") } == entries.count)
            #expect(lines.count { $0.hasPrefix("order ") && !$0.hasSuffix("none") } == orders.count)
        }
        try compare(bench)
        try compare(bench.reopen())
    }

    private static func oddEntries() -> [ChangeSet] {
        let bytes = Array(UInt8.min...UInt8.max)
        let long = [UInt8](repeating: 7, count: 300_000)
        let traces = [
            nil, TraceHeaders(traceparent: bytes, tracestate: nil), TraceHeaders(traceparent: [], tracestate: long),
        ]
        let texts = ["a", "\u{0}b", "\u{1F600}", String(repeating: "\u{E9}", count: 128)]
        let records = [
            EncodedRecord(topic: .ordersCreated, key: nil, value: nil, headers: []),
            EncodedRecord(topic: .eventsSkipped, key: [], value: [], headers: bytes),
            EncodedRecord(topic: .deadLetters, key: bytes, value: long, headers: long),
        ]
        return (0..<12).map { index in
            let event = EventReference(
                number: Int64(index + 1),
                identity: EventIdentity(id: texts[index % 4] + "\(index)", source: texts[index / 3]),
                address: RecordAddress(
                    topic: InputTopic.allCases[index % 3], partition: index % 2 == 0 ? .max : 0,
                    offset: index % 2 == 0 ? .max : 0),
                expert: ExpertID(index % 2 == 0 ? .min : .max), useCase: index < 6 ? .enterMarket : .openPositions,
                occurredAt: Timestamp(microseconds: index % 2 == 0 ? .min : .max), lookbackDays: 3650,
                trace: traces[index % 3])
            let row = StoreEntries.row(Int64(index + 1) * 1000, records[index % 3])
            return ChangeSet(
                number: Int64(index + 1),
                position: InputPosition(
                    partition: TopicPartition(topic: InputTopic.allCases[index % 3], partition: Int32(index)),
                    nextOffset: .max, lastOffset: .min, lastTimestamp: index % 2 == 0 ? nil : -1, lastChecksum: .max),
                event: event,
                recommendations: [
                    PendingRecommendation(number: Int64(index + 1) * 10, event: event, recommendation: advice(index))
                ],
                positions: [position(index, symbol: texts[index % 4])], rows: [row])
        }
    }

    private static func advice(_ index: Int) -> Recommendation {
        let number = Fixed9(billionths: index % 2 == 0 ? .min : .max)
        let isFull = index % 3 != 0
        return Recommendation(
            id: RecommendationID(Int64(index) - 6), symbol: Symbol("S\(index)"),
            action: RecommendedAction.allCases[index % 6], confidence: isFull ? number : nil,
            expectedProfitPercent: isFull ? .zero : nil, priceAtDate: number, targetPrice: isFull ? number : nil,
            riskLevel: isFull ? RiskLevel.allCases[index % 3] : nil,
            timeHorizon: isFull ? TimeHorizon.allCases[index / 4] : nil, marketAnalysisID: isFull ? .min : nil,
            createdAt: Timestamp(microseconds: .max))
    }

    private static func position(_ index: Int, symbol: String) -> Position {
        let isFull = index % 2 == 1
        let orders = OrderStatus.allCases.enumerated().map { place, status in
            PositionOrder(
                id: UniqueID(high: .max - UInt64(index), low: .max - UInt64(place)),
                role: OrderRole.allCases[place % 6],
                status: status, quantity: Fixed9(billionths: .max), price: isFull ? Fixed9(billionths: .min) : nil,
                createdAt: Timestamp(microseconds: -1))
        }
        return Position(
            number: Int64(index + 1) * 100, id: UniqueID(high: .max, low: UInt64(index)),
            expert: ExpertID(isFull ? .min : .max), symbol: Symbol("\(symbol)\(index)"),
            side: Side.allCases[index % 2], status: [.waiting, .opened, .closing][index % 3],
            recommendation: RecommendationID(.min), quantity: Fixed9(billionths: .max),
            price: Fixed9(billionths: .min), createdAt: Timestamp(microseconds: 0),
            openedAt: isFull ? Timestamp(microseconds: .min) : nil,
            closedAt: isFull ? Timestamp(microseconds: .max) : nil, closePrice: isFull ? Fixed9(billionths: -2) : nil,
            takeProfit: isFull ? .zero : nil,
            stopLoss: isFull ? Fixed9(billionths: -1) : nil, orders: isFull ? orders : [])
    }
}
