import TradeContracts
import TradeCore
import TradePipeline

/// Makes the entries of events of 2,000 experts, each of which becomes an order.
final class EventMaker {
    private var event: Int64 = 0
    private let value = [UInt8](repeating: 120, count: 350)
    private let headers = [UInt8](repeating: 104, count: 250)

    func next() -> [ChangeSet] {
        event += 1
        let expert = ExpertID(event % 2000)
        let reference = EventReference(
            number: event, identity: EventIdentity(id: "0b7fd2f4-7a3c-4a52-9f0e-\(100_000_000_000 + event)"),
            address: RecordAddress(topic: .analysisCompleted, partition: Int32(event % 12), offset: event),
            expert: expert, useCase: .enterMarket, occurredAt: Timestamp(microseconds: event), lookbackDays: 1,
            trace: nil)
        let symbol = Symbol("S\(event)")
        let advice = Recommendation(
            id: RecommendationID(event), symbol: symbol, action: .buy, confidence: Fixed9(billionths: 78_500_000_000),
            expectedProfitPercent: Fixed9(billionths: 6_200_000_000),
            priceAtDate: Fixed9(billionths: 189_950_000_000), targetPrice: Fixed9(billionths: 201_500_000_000),
            riskLevel: .medium, timeHorizon: .shortTerm, marketAnalysisID: 77,
            createdAt: Timestamp(microseconds: event))
        let inbox = ChangeSet(
            number: event * 2 - 1,
            position: InputPosition(
                partition: reference.address.topicPartition, nextOffset: event + 1, lastOffset: event,
                lastTimestamp: event, lastChecksum: UInt64(event)),
            event: reference,
            recommendations: [PendingRecommendation(number: event, event: reference, recommendation: advice)])
        return [inbox, pass(expert, symbol)]
    }

    private func pass(_ expert: ExpertID, _ symbol: Symbol) -> ChangeSet {
        // Derived ids are as good as random.
        var hash = StableHash()
        hash.combine(event)
        let id = UniqueID(high: hash.value, low: hash.value)
        let order = PositionOrder(
            id: id, role: .entry, status: .pending, quantity: Fixed9(billionths: 400_000_000_000), price: nil,
            createdAt: Timestamp(microseconds: event))
        let position = Position(
            number: event, id: id, expert: expert, symbol: symbol, side: .buy, status: .waiting,
            recommendation: RecommendationID(event), quantity: order.quantity,
            price: Fixed9(billionths: 189_950_000_000), createdAt: Timestamp(microseconds: event), orders: [order])
        let row = OutboxRow(
            number: event,
            record: .deadLetter(
                DeadLetterRecord(
                    address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: 0), timestamp: nil,
                    bytes: RecordBytes(key: nil, value: nil, headers: []), cause: Undecodable(.malformed, ""))))
        row.encoded = EncodedRecord(
            topic: .ordersCreated, key: Array(expert.description.utf8), value: value, headers: headers)
        return ChangeSet(
            number: event * 2, run: KeyRun(key: ExpertUseCase(expert: expert, useCase: .enterMarket), run: event),
            positions: [position], outcomes: [RecommendationOutcome(number: event, kind: .ordered, run: event)],
            rows: [row])
    }
}
