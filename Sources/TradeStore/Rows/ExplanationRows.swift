import TradeContracts
import TradeCore
import TradePipeline

/// What an operator asks about: events by their id, recommendations with their outcomes, and what was made of them.
struct ExplanationRows {
    private let connection: Connection
    private let events: EventRows

    init(_ connection: Connection) throws(SQLiteFailure) {
        self.connection = connection
        events = try EventRows(connection, writes: false)
    }

    /// The events of an id, one for each source. No index knows an id without its source: it reads the whole inbox.
    func events(id: String) throws -> [EventReference] {
        let row = try connection.statement("SELECT number FROM events WHERE id = ? ORDER BY number")
        row.bind(1, text: id)
        defer { row.reset() }
        var result: [EventReference] = []
        while try row.step() { result.append(try events.event(number: row.integer(0))) }
        return result
    }

    /// When the newest event of the inbox occurred.
    func newestEventTime() throws -> Timestamp? {
        try connection.integer("SELECT occurred_at FROM events ORDER BY number DESC LIMIT 1")
            .map(Timestamp.init(microseconds:))
    }

    /// What an event brought; reads all that its expert ever brought for its use case.
    func recommendations(of event: EventReference) throws -> [StoredRecommendation] {
        let row = try select("WHERE expert = ?1 AND use_case = ?2 AND event = ?3 ORDER BY number")
        row.bind(1, integer: event.expert.rawValue)
        row.bind(2, integer: event.useCase.code)
        row.bind(3, integer: event.number)
        return try read(row)
    }

    /// The recommendations of an id, of one expert or of all of them: then it reads an index of the whole inbox.
    func recommendations(id: RecommendationID, expert: ExpertID?) throws -> [StoredRecommendation] {
        let order = "ORDER BY expert, use_case"
        guard let expert else {
            let row = try select("INDEXED BY recommendations_by_key WHERE id = ?1 \(order)")
            row.bind(1, integer: id.rawValue)
            return try read(row)
        }
        let row = try select("WHERE id = ?1 AND expert = ?2 AND use_case IN (1, 2) \(order)")
        row.bind(1, integer: id.rawValue)
        row.bind(2, integer: expert.rawValue)
        return try read(row)
    }

    /// The latest recommendation of an expert in a symbol, by (`created_at`, id) (R40).
    func latest(_ expert: ExpertID, _ symbol: Symbol) throws -> StoredRecommendation? {
        let row = try select(
            "INDEXED BY recommendations_by_symbol WHERE expert = ?1 AND symbol = ?2 "
                + "ORDER BY created_at DESC, id DESC, number DESC LIMIT 1")
        row.bind(1, integer: expert.rawValue)
        row.bind(2, text: symbol.text)
        return try read(row).first
    }

    /// The orders and skips whose JSON contains these bytes, by number. It looks through the whole outbox, and parses nothing.
    func outputs(containing bytes: [UInt8]) throws -> [StoredOutput] {
        let row = try connection.statement(
            "SELECT number, topic, value FROM outbox WHERE topic IN (0, 1) AND instr(value, ?) ORDER BY number")
        row.bind(1, blob: bytes)
        defer { row.reset() }
        var result: [StoredOutput] = []
        while try row.step() {
            let topic: OutputTopic = row.integer(1) == 0 ? .ordersCreated : .eventsSkipped
            result.append(StoredOutput(number: row.integer(0), topic: topic, value: row.blob(2)))
        }
        return result
    }

    /// How many dead letters hold these bytes. It looks through the whole outbox.
    func deadLetters(containing bytes: [UInt8]) throws -> Int64 {
        let row = try connection.statement("SELECT count(*) FROM outbox WHERE topic = 2 AND instr(value, ?)")
        row.bind(1, blob: bytes)
        defer { row.reset() }
        return try row.step() ? row.integer(0) : 0
    }

    private func select(_ rest: String) throws(SQLiteFailure) -> Statement {
        try connection.statement("SELECT \(RecommendationRows.columns), outcome, run FROM recommendations \(rest)")
    }

    private func read(_ row: Statement) throws -> [StoredRecommendation] {
        defer { row.reset() }
        var shared = SharedEvents(events)
        var result: [StoredRecommendation] = []
        while try row.step() {
            let recommendation = try RecommendationRows.read(row, events: &shared)
            let outcome = try row.optionalInteger(15).map { code in
                RecommendationOutcome(
                    number: recommendation.number, kind: try Self.kind(code, recommendation.number),
                    run: row.integer(16))
            }
            result.append(StoredRecommendation(recommendation: recommendation, outcome: outcome))
        }
        return result
    }

    private static func kind(_ code: Int64, _ number: Int64) throws -> RecommendationOutcome.Kind {
        if code == 0 { return .ordered }
        guard let reason = SkipReason(code: code) else {
            throw DamagedRow("recommendation \(number) has an unknown outcome \(code)")
        }
        return .skipped(reason)
    }
}
