import TradeContracts
import TradeCore
import TradeKafka
import TradeStore

/// What the store says of its outbox.
struct AuditLedger {
    private var rows: [AuditRow] = []
    /// Rows that are no record of ours: nothing identifies them.
    private(set) var unreadable: [Int64] = []
    /// The lowest number that is there and the highest that was given out.
    let numbers: (first: Int64, last: Int64)

    /// Reads all rows of one state of the store. `partitions`: how many each output topic has.
    init(_ inspector: StoreInspector, partitions: [OutputTopic: Int32]) throws {
        numbers = try inspector.outboxNumbers()
        var rows: [AuditRow] = []
        var unreadable: [Int64] = []
        try inspector.outbox(from: numbers.first, through: .max) { row in
            guard let id = OutputIdentity.id(of: row.topic, headers: row.headers) else {
                unreadable.append(row.number)
                return
            }
            rows.append(
                AuditRow(
                    id: id, number: row.number, key: AuditRow.key(row.topic, row.key),
                    partition: partitions[row.topic].flatMap { KafkaPartitioner.partition(of: row.key, count: $0) },
                    topic: row.topic, isWithdrawn: row.withdrawn != nil))
        }
        self.rows = rows
        self.unreadable = unreadable
    }

    /// Gives the rows away: there may be millions, so that there is one array of them.
    mutating func takeRows() -> [AuditRow] {
        defer { rows = [] }
        return rows
    }
}
