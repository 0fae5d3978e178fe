import TradeContracts
import TradeCore
import TradePipeline

/// One opening of the store: its connection, its statements and what is durable in it.
final class StoreSession {
    let connection: Connection
    private(set) var cluster: String
    private let topics: TopicNames
    private let writer: EntryWriter
    private var durable: StoreState
    private let begin: Statement
    private let end: Statement
    private let readCommit: Statement

    var lastCommit: Int64 { durable.counters.commit }
    var counters: CommitCounters { durable.counters }
    var inputPositions: [TopicPartition: InputPosition] { durable.inputs }

    init(connection: Connection, options: SQLiteStoreOptions) throws {
        self.connection = connection
        topics = options.topics
        writer = try EntryWriter(connection, topics: options.topics)
        begin = try connection.statement("BEGIN IMMEDIATE")
        end = try connection.statement("COMMIT")
        readCommit = try connection.statement("SELECT last_commit FROM store")
        let reader = StateReader(connection: connection, topics: options.topics)
        cluster = try reader.cluster() ?? ""
        durable = try reader.state(cluster: cluster)
    }

    /// See `Store.commit`.
    func commit(_ entries: [ChangeSet]) -> CommitResult {
        var count = entries.count
        var refusal: (number: Int64, reason: String)?
        // Once, and again for the entries before one that was refused.
        while count > 0 {
            switch attempt(entries[..<count]) {
            case .committed: count = 0
            case .refused(let index, let reason):
                refusal = (entries[index].number, reason)
                count = index
            case .failed(let result): return result
            }
        }
        if let refusal { return .refused(number: refusal.number, reason: refusal.reason) }
        return .committed
    }

    private enum Attempt {
        case committed
        /// Rolled back: the entry at this index is not taken.
        case refused(index: Int, reason: String)
        case failed(CommitResult)
    }

    private func attempt(_ entries: ArraySlice<ChangeSet>) -> Attempt {
        var state = durable
        var index = entries.startIndex
        do {
            try begin.run()
            for entry in entries {
                try writer.write(entry, state: &state)
                index += 1
            }
            try writer.finish(from: durable, to: state, cluster: cluster)
        } catch let refusal as Refusal {
            return undone(.refused(index: index, reason: refusal.reason))
        } catch let failure as SQLiteFailure where failure.isRefusal && index < entries.endIndex {
            return undone(.refused(index: index, reason: failure.description))
        } catch let failure as SQLiteFailure where failure.isPassing {
            return undone(.failed(.unavailable(reason: failure.description)))
        } catch {
            return .failed(.inDoubt(reason: String(describing: error)))
        }
        CrashPoint.inTransaction.reached()
        do { try end.run() } catch {
            guard error.isPassing else { return .failed(.inDoubt(reason: error.description)) }
            return undone(.failed(.unavailable(reason: error.description)))
        }
        durable = state
        return .committed
    }

    /// `attempt`, once nothing of the transaction is left; doubt where that is not certain.
    private func undone(_ attempt: Attempt) -> Attempt {
        do {
            try connection.rollBack()
            guard !connection.isInTransaction else {
                return .failed(.inDoubt(reason: "a transaction could not be rolled back"))
            }
            defer { readCommit.reset() }
            guard try readCommit.step(), readCommit.integer(0) == durable.counters.commit else {
                return .failed(.inDoubt(reason: "the store has moved on though its commit failed"))
            }
            return attempt
        } catch { return .failed(.inDoubt(reason: "rolling back: \(error)")) }
    }

    /// See `Store.snapshot`.
    func snapshot(identity: (UInt64) -> Void, decode: SQLiteStoreOptions.ReferenceDecoder) throws -> StoreSnapshot {
        let reader = StateReader(connection: connection, topics: topics)
        try reader.identities(identity)
        return try reader.snapshot(state: durable, decode: decode)
    }

    /// See `SQLiteStore.useAcceptances`.
    func useAcceptances(start: Int64, moving positions: [InputPosition]) throws {
        var state = durable
        for position in positions { state.inputs[position.partition] = position }
        try connection.inTransaction {
            try writer.finish(from: durable, to: state, cluster: cluster)
            try AcceptanceRows(connection).use(by: start)
        }
        durable = state
    }

    /// See `SQLiteStore.adoptCluster`.
    func adoptCluster(id: String, isEmbedded: Bool) throws {
        if let known = try StateReader(connection: connection, topics: topics).cluster(), known == id { return }
        let hasPositions = try connection.integer("SELECT count(*) FROM input_positions") ?? 0 > 0
        guard isEmbedded || !hasPositions else {
            throw StoreError.foreignCluster(path: connection.path, stored: cluster, found: id)
        }
        try connection.inTransaction {
            try connection.execute("DELETE FROM input_positions")
            try connection.execute("UPDATE reference SET topic = NULL, offset = NULL")
            let update = try connection.statement("UPDATE store SET cluster = ?, cluster_is_embedded = ?")
            update.bind(1, text: id)
            update.bind(2, integer: isEmbedded ? 1 : 0)
            try update.run()
        }
        cluster = id
        durable.inputs.removeAll()
    }
}
