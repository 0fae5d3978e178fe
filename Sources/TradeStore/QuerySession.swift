import TradeContracts
import TradeCore
import TradePipeline

/// One opening of the store for reading.
final class QuerySession {
    private let connection: Connection
    private let events: EventRows
    private let recommendations: RecommendationRows
    private let pages: PendingPageRows
    private let positions: PositionRows
    private let outbox: OutboxRows
    private let history: HistoryRows
    private let runs: Statement
    private let begin: Statement
    private let end: Statement

    init(path: String, options: SQLiteStoreOptions) throws(SQLiteFailure) {
        // The writer never locks readers out for long; a second covers its opening of the file.
        connection = try Connection(path: path, mode: .readOnly, busyTimeout: 1000, probe: options.probe)
        try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -\(options.readerCacheKibibytes)")
        events = try EventRows(connection, writes: false)
        recommendations = try RecommendationRows(connection)
        pages = try PendingPageRows(connection)
        positions = try PositionRows(connection)
        outbox = try OutboxRows(connection, topics: options.topics)
        history = try HistoryRows(connection)
        runs = try connection.statement("SELECT use_case, run FROM lock_keys WHERE expert = ?")
        begin = try connection.statement("BEGIN")
        end = try connection.statement("COMMIT")
    }

    func answer(_ request: LoadRequest) throws -> LoadAnswer {
        try begin.run()
        let answer = try read(request)
        try end.run()
        return answer
    }

    private func read(_ request: LoadRequest) throws -> LoadAnswer {
        switch request {
        case .known(let identities, let keys):
            let knownIdentities = try identities.filter { try events.contains($0) }
            let knownKeys = try keys.filter { try recommendations.contains($0) }
            return .known(identities: Set(knownIdentities), recommendations: Set(knownKeys))
        case .expert(let expert, let limit):
            return .expert(try snapshot(of: expert, pendingLimit: limit))
        case .pending(let key, let limit):
            return .pending(try pages.page(of: key, limit: limit, events: events))
        case .position(let order):
            return .position(try positions.position(order: order))
        case .outbox(let after, let limit):
            return .outbox(try outbox.rows(after: after, limit: limit))
        case .history(let expert, let questions):
            return .history(try questions.map { try history.answer($0, of: expert) })
        }
    }

    private func snapshot(of expert: ExpertID, pendingLimit: Int) throws -> ExpertSnapshot {
        let limit = min(max(0, pendingLimit), Int.max - 1)
        var shared = SharedEvents(events)
        let runs = try lastRuns(of: expert)
        let keys = try UseCase.allCases.compactMap { useCase -> ExpertSnapshot.Key? in
            let key = ExpertUseCase(expert: expert, useCase: useCase)
            let pending = try recommendations.pending(of: key, limit: limit + 1, events: &shared)
            guard runs[useCase] != nil || !pending.isEmpty else { return nil }
            let hasMore = pending.count > limit
            return ExpertSnapshot.Key(
                useCase: useCase, run: runs[useCase] ?? 0, pending: hasMore ? [] : pending, hasMore: hasMore)
        }
        return ExpertSnapshot(
            expert: expert, positions: try positions.unfinished(of: expert), keys: keys,
            entries: try positions.lastHour(of: expert))
    }

    private func lastRuns(of expert: ExpertID) throws -> [UseCase: Int64] {
        runs.bind(1, integer: expert.rawValue)
        defer { runs.reset() }
        var result: [UseCase: Int64] = [:]
        while try runs.step() {
            guard let useCase = UseCase(code: runs.integer(0)) else {
                throw DamagedRow("a lock key of expert \(expert) has an unknown use case \(runs.integer(0))")
            }
            result[useCase] = runs.integer(1)
        }
        return result
    }
}
