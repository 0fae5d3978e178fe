import TradeContracts
import TradeCore

/// Events of the inbox.
struct EventRows {
    private let insertion: Statement
    private let byHash: Statement
    private let byNumber: Statement

    init(_ connection: Connection, writes: Bool) throws(SQLiteFailure) {
        let columns =
            "number, hash, id, source, topic, partition, offset, expert, use_case, occurred_at, lookback_days, "
            + "traceparent, tracestate"
        byHash = try connection.statement("SELECT id, source FROM events WHERE hash = ?")
        byNumber = try connection.statement("SELECT \(columns) FROM events WHERE number = ?")
        insertion =
            writes
            ? try connection.statement(
                "INSERT INTO events(\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            : byNumber
    }

    func insert(_ event: EventReference) throws(SQLiteFailure) {
        let row = insertion
        row.bind(1, integer: event.number)
        row.bind(2, integer: Int64(bitPattern: event.identity.stableHash))
        row.bind(3, text: event.identity.id)
        row.bind(4, text: event.identity.source)
        row.bind(5, integer: Int64(event.address.topic.rawValue))
        row.bind(6, integer: Int64(event.address.partition))
        row.bind(7, integer: event.address.offset)
        row.bind(8, integer: event.expert.rawValue)
        row.bind(9, integer: event.useCase.code)
        row.bind(10, integer: event.occurredAt.microseconds)
        row.bind(11, integer: event.lookbackDays)
        row.bind(12, blob: event.trace?.traceparent)
        row.bind(13, blob: event.trace?.tracestate)
        try row.run()
    }

    /// Whether an event of this identity is there (R12): by hash, then by what the hash is of.
    func contains(_ identity: EventIdentity) throws(SQLiteFailure) -> Bool {
        byHash.bind(1, integer: Int64(bitPattern: identity.stableHash))
        defer { byHash.reset() }
        while try byHash.step() {
            if EventIdentity(id: byHash.text(0), source: byHash.text(1)) == identity { return true }
        }
        return false
    }

    func event(number: Int64) throws -> EventReference {
        let row = byNumber
        row.bind(1, integer: number)
        defer { row.reset() }
        guard try row.step() else { throw DamagedRow("event \(number) is missing") }
        guard let topic = UInt8(exactly: row.integer(4)).flatMap(InputTopic.init(rawValue:)),
            let partition = Int32(exactly: row.integer(5)), let useCase = UseCase(code: row.integer(8))
        else { throw DamagedRow("event \(number) has an unknown topic, partition or use case") }
        return EventReference(
            number: number, identity: EventIdentity(id: row.text(2), source: row.text(3)),
            address: RecordAddress(topic: topic, partition: partition, offset: row.integer(6)),
            expert: ExpertID(row.integer(7)), useCase: useCase,
            occurredAt: Timestamp(microseconds: row.integer(9)), lookbackDays: row.integer(10),
            trace: row.optionalBlob(11).map { TraceHeaders(traceparent: $0, tracestate: row.optionalBlob(12)) })
    }
}
