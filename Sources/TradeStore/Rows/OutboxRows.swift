import TradeContracts
import TradePipeline

/// Rows of the outbox, as the relay reads them.
struct OutboxRows {
    private let following: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        following = try connection.statement(
            "SELECT number, topic, key, value, headers FROM outbox WHERE number > ? ORDER BY number LIMIT ?")
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
            result.append(PublishableRow(number: number, record: record))
        }
        return result
    }
}
