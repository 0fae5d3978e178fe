import TradeContracts
import TradeCore
import TradePipeline

/// Rows of the outbox, as the relay reads them.
struct OutboxRows {
    private let following: Statement
    private let reader: PublishedOrderReader

    init(_ connection: Connection, topics: TopicNames) throws(SQLiteFailure) {
        reader = PublishedOrderReader(topics: topics)
        following = try connection.statement(
            "SELECT number, topic, key, value, headers, withdrawn FROM outbox WHERE number > ? ORDER BY number LIMIT ?")
    }

    func rows(after number: Int64, limit: Int) throws -> [PublishableRow] {
        guard limit > 0 else { return [] }
        following.bind(1, integer: number)
        following.bind(2, integer: Int64(limit))
        defer { following.reset() }
        var result: [PublishableRow] = []
        while try following.step() {
            let number = following.integer(0)
            guard let topic = UInt8(exactly: following.integer(1)).flatMap(OutputTopic.init(rawValue:)) else {
                throw DamagedRow("outbox row \(number) has an unknown topic")
            }
            let record = EncodedRecord(
                topic: topic, key: following.optionalBlob(2), value: following.optionalBlob(3),
                headers: following.blob(4))
            result.append(
                PublishableRow(
                    number: number, record: record, origin: origin(of: record),
                    withdrawn: try following.optionalInteger(5).map { try withdrawal(number, $0) }))
        }
        return result
    }

    /// An order that can't be read back is published all the same: it can't be withdrawn.
    private func origin(of record: EncodedRecord) -> PublishableRow.Origin? {
        guard record.topic == .ordersCreated, let order = try? reader.order(record) else { return nil }
        return .order(PublishableRow.StoredOrder(order))
    }

    private func withdrawal(_ number: Int64, _ code: Int64) throws -> SkipReason {
        guard let reason = SkipReason(code: code) else {
            throw DamagedRow("outbox row \(number) is set aside for an unknown reason \(code)")
        }
        return reason
    }
}
