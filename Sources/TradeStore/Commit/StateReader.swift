import TradeContracts
import TradeCore
import TradePipeline

/// Reads what the store holds at a start.
struct StateReader {
    let connection: Connection
    let topics: TopicNames

    /// The cluster that was adopted last; nil before the first.
    func cluster() throws(SQLiteFailure) -> String? {
        let row = try connection.statement("SELECT cluster FROM store WHERE cluster IS NOT NULL")
        defer { row.reset() }
        return try row.step() ? row.text(0) : nil
    }

    /// The counters, held against the rows that they count, and the input positions.
    func state(cluster: String) throws -> StoreState {
        var state = StoreState()
        do {
            let row = try connection.statement(
                "SELECT last_commit, last_event, last_recommendation, last_position, last_outbox, relay_mark FROM store"
            )
            defer { row.reset() }
            guard try row.step() else { throw DamagedRow("the store has no counters") }
            state.counters.commit = row.integer(0)
            state.counters.event = row.integer(1)
            state.counters.recommendation = row.integer(2)
            state.counters.position = row.integer(3)
            state.counters.outboxRow = row.integer(4)
            state.counters.relayMark = row.integer(5)
        }
        try check("events", state.counters.event)
        try check("recommendations", state.counters.recommendation)
        try check("positions", state.counters.position)
        try check("outbox", state.counters.outboxRow)
        for position in try inputPositions(cluster: cluster) { state.inputs[position.partition] = position }
        return state
    }

    private func check(_ table: String, _ counter: Int64) throws {
        let highest = try connection.integer("SELECT max(number) FROM \(table)") ?? 0
        guard highest <= counter else {
            throw DamagedRow("\(table) go up to \(highest), but only \(counter) were given out")
        }
    }

    private func inputPositions(cluster: String) throws -> [InputPosition] {
        let row = try connection.statement(
            "SELECT topic, partition, next_offset, last_offset, last_timestamp, last_checksum FROM input_positions "
                + "WHERE cluster = ?")
        row.bind(1, text: cluster)
        defer { row.reset() }
        var result: [InputPosition] = []
        while try row.step() {
            guard let partition = Int32(exactly: row.integer(1)) else {
                throw DamagedRow("an input position of \(row.text(0)) has partition \(row.integer(1))")
            }
            guard let topic = topics.inputTopic(named: row.text(0)) else { continue }
            result.append(
                InputPosition(
                    partition: TopicPartition(topic: topic, partition: partition), nextOffset: row.integer(2),
                    lastOffset: row.integer(3), lastTimestamp: row.optionalInteger(4),
                    lastChecksum: UInt64(bitPattern: row.integer(5))))
        }
        return result
    }

    /// Every identity, from the indexes alone.
    func identities(_ body: (UInt64) -> Void) throws(SQLiteFailure) {
        let events = try connection.statement("SELECT hash FROM events INDEXED BY events_by_hash")
        defer { events.reset() }
        while try events.step() { body(UInt64(bitPattern: events.integer(0))) }
        let keys = try connection.statement(
            "SELECT expert, use_case, id FROM recommendations INDEXED BY recommendations_by_key")
        defer { keys.reset() }
        while try keys.step() {
            let useCase: UseCase = keys.integer(1) == UseCase.enterMarket.code ? .enterMarket : .openPositions
            let key = RecommendationKey(
                key: ExpertUseCase(expert: ExpertID(keys.integer(0)), useCase: useCase),
                id: RecommendationID(keys.integer(2)))
            body(key.stableHash)
        }
    }

    func snapshot(state: StoreState, decode: SQLiteStoreOptions.ReferenceDecoder) throws -> StoreSnapshot {
        var snapshot = StoreSnapshot()
        snapshot.lastCommit = state.counters.commit
        snapshot.lastEvent = state.counters.event
        snapshot.lastRecommendation = state.counters.recommendation
        snapshot.lastPosition = state.counters.position
        snapshot.lastOutboxRow = state.counters.outboxRow
        snapshot.relayMark = state.counters.relayMark
        let relay = RelayRows(connection)
        snapshot.relay = try relay.note()
        snapshot.withdrawals = try relay.withdrawals()
        snapshot.inputPositions = state.inputs.values.sorted { $0.partition < $1.partition }
        snapshot.reference = try ReferenceRows(connection, topic: topics.reference).writes(decode: decode)
        snapshot.halts = try HaltRows(connection).all()
        snapshot.pendingKeys = try pendingKeys()
        return snapshot
    }

    private func pendingKeys() throws -> [ExpertUseCase] {
        let row = try connection.statement(
            "SELECT DISTINCT expert, use_case FROM recommendations WHERE outcome IS NULL ORDER BY expert, use_case")
        defer { row.reset() }
        var result: [ExpertUseCase] = []
        while try row.step() {
            guard let useCase = UseCase(code: row.integer(1)) else {
                throw DamagedRow("a recommendation has an unknown use case \(row.integer(1))")
            }
            result.append(ExpertUseCase(expert: ExpertID(row.integer(0)), useCase: useCase))
        }
        return result
    }
}
