import TradeContracts
import TradeCore
import TradePipeline

/// Writes entries into the transaction that is open. What entries of a group set again and again
/// (input positions, counters) is written once, at its end.
final class EntryWriter {
    private let connection: Connection
    private let topics: TopicNames
    private let events: EventRows
    private let recommendations: RecommendationWriter
    private let positions: PositionWriter
    private let reference: ReferenceRows
    private let halts: HaltRows
    private let relay: RelayRows
    /// Whether something may be withdrawn that a mark has not passed.
    private var hasWithdrawals: Bool
    private let run: Statement
    private let outbox: Statement
    private let input: Statement
    private let counters: Statement

    init(_ connection: Connection, topics: TopicNames) throws(SQLiteFailure) {
        self.connection = connection
        self.topics = topics
        events = try EventRows(connection, writes: true)
        recommendations = try RecommendationWriter(connection)
        positions = try PositionWriter(connection)
        reference = ReferenceRows(connection, topic: topics.reference)
        halts = HaltRows(connection)
        relay = RelayRows(connection)
        hasWithdrawals = try connection.integer("SELECT count(*) FROM withdrawals") ?? 0 > 0
        run = try connection.statement(
            "INSERT INTO lock_keys(expert, use_case, run) VALUES (?, ?, ?) ON CONFLICT(expert, use_case) "
                + "DO UPDATE SET run = excluded.run WHERE excluded.run >= lock_keys.run")
        outbox = try connection.statement(
            "INSERT INTO outbox(number, topic, key, value, headers) VALUES (?, ?, ?, ?, ?)")
        input = try connection.statement("REPLACE INTO input_positions VALUES (?, ?, ?, ?, ?, ?, ?)")
        counters = try connection.statement(
            "UPDATE store SET last_commit = ?, last_event = ?, last_recommendation = ?, last_position = ?, "
                + "last_outbox = ?, relay_mark = ?")
    }

    /// Writes one entry; a `Refusal`, or a failure that is one, leaves part of it in the transaction.
    func write(_ entry: ChangeSet, state: inout StoreState) throws {
        var lastPosition = state.counters.position
        try state.advance(by: entry)
        if let event = entry.event { try events.insert(event) }
        for pending in entry.recommendations { try recommendations.insert(pending) }
        if let run = entry.run { try write(run) }
        for position in entry.positions {
            if position.number > lastPosition {
                try positions.insert(position)
                lastPosition = position.number
            } else {
                try positions.replace(position)
            }
        }
        for outcome in entry.outcomes { try recommendations.decide(outcome) }
        for write in entry.reference { try reference.apply(write) }
        for change in entry.halts { try halts.apply(change) }
        for row in entry.rows { try write(row) }
        if let change = entry.relay {
            hasWithdrawals = hasWithdrawals || change.withdrawal != nil
            try relay.apply(change)
        }
    }

    /// Writes what the entries of the transaction changed together.
    func finish(from durable: StoreState, to state: StoreState, cluster: String) throws(SQLiteFailure) {
        for (partition, position) in state.inputs where durable.inputs[partition] != position {
            input.bind(1, text: cluster)
            input.bind(2, text: topics.name(of: partition.topic))
            input.bind(3, integer: Int64(partition.partition))
            input.bind(4, integer: position.nextOffset)
            input.bind(5, integer: position.lastOffset)
            input.bind(6, integer: position.lastTimestamp)
            input.bind(7, integer: Int64(bitPattern: position.lastChecksum))
            try input.run()
        }
        if hasWithdrawals, state.counters.relayMark > durable.counters.relayMark {
            try relay.forget(through: state.counters.relayMark)
        }
        counters.bind(1, integer: state.counters.commit)
        counters.bind(2, integer: state.counters.event)
        counters.bind(3, integer: state.counters.recommendation)
        counters.bind(4, integer: state.counters.position)
        counters.bind(5, integer: state.counters.outboxRow)
        counters.bind(6, integer: state.counters.relayMark)
        try counters.run()
    }

    private func write(_ key: KeyRun) throws {
        run.bind(1, integer: key.key.expert.rawValue)
        run.bind(2, integer: key.key.useCase.code)
        run.bind(3, integer: key.run)
        try run.run()
        guard connection.changes == 1 else { throw Refusal("run \(key.run) of \(key.key) is below the last one") }
    }

    private func write(_ row: OutboxRow) throws {
        guard let record = row.encoded else { throw Refusal("outbox row \(row.number) is not encoded") }
        outbox.bind(1, integer: row.number)
        outbox.bind(2, integer: Int64(record.topic.rawValue))
        outbox.bind(3, blob: record.key)
        outbox.bind(4, blob: record.value)
        outbox.bind(5, blob: record.headers)
        try outbox.run()
    }
}
