import TradeContracts
import TradeCore

/// Output records as tests need them.
enum OutputSamples {
    static func event(id: String = "0b7f", trace: TraceHeaders? = nil, partition: Int32 = 0) -> EventReference {
        EventReference(
            number: 5, identity: EventIdentity(id: id, source: "urn:source"),
            address: RecordAddress(topic: .analysisCompleted, partition: partition, offset: 41), expert: ExpertID(1),
            useCase: .enterMarket, occurredAt: Timestamp(microseconds: 0), lookbackDays: 1, trace: trace)
    }

    static let ids = DerivedID.candidate(
        expert: ExpertID(1), useCase: .enterMarket, entryRecommendation: RecommendationID(123),
        recommendation: RecommendationID(123))

    static let time = Timestamp(microseconds: 1_795_426_200_123_456)

    static func order(
        _ plan: PlannedOrder, trace: TraceHeaders? = nil, explanation: Explanation? = nil, id: String = "0b7f"
    ) -> CreatedOrder {
        CreatedOrder(
            event: event(id: id, trace: trace), account: AccountID(1), recommendation: RecommendationID(123),
            symbol: Symbol("AAPL"), plan: plan, createdAt: time, run: 7, explanation: explanation)
    }

    static let entry = PlannedOrder(
        id: ids.order(.entry), position: ids.position, role: .entry, side: .buy, type: .market,
        quantity: Fixed9(billionths: 400_000_000_000), status: .pending,
        expiresAt: Timestamp(microseconds: 1_795_427_100_123_456))

    static func encode(_ record: OutputRecord) -> EncodedRecord { OutputEncoder(topics: TopicNames()).encode(record) }

    static func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    /// How an output writes an instant.
    static func skippedAt(_ instant: Timestamp) -> String? {
        let skip = SkipRecord(event: event(), reason: .lockBusy, message: "", skippedAt: instant)
        let json = text(encode(.skip(skip)).value)
        let rest = json.rest(after: "\"skipped_at\":\"")
        return rest.map { String($0.prefix { $0 != "\"" }) }
    }
}

extension String {
    /// What follows the first occurrence of a text.
    func rest(after text: String) -> Substring? {
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(text) { return rest.dropFirst(text.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
