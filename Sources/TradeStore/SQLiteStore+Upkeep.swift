package import TradeCore

// What an operator does to a store that no service holds. A store that is open for it is of no use for commits afterwards: it is
// closed, and what it knows of itself is read anew by whoever opens it.
extension SQLiteStore {
    /// Deletes the history that may go (R97), in small transactions, and says what went; nil where it was interrupted: then a part of
    /// it is gone, and the store is whole. `isInterrupted` is asked between two transactions.
    package func prune(before limit: Timestamp, isInterrupted: () -> Bool) throws(StoreError) -> PrunePlan? {
        try withSession { session in
            let connection = session.connection
            let plan = try PrunePlanner(connection: connection).plan(before: limit)
            return try StorePruner(connection: connection).prune(plan, isInterrupted: isInterrupted) ? plan : nil
        }
    }

    /// Sets the relay's mark: what lies up to there counts as published, what lies above is published (again). The mark counts as
    /// that of a clean stop, so that a mark in Kafka that is missing does not stop the next start (design §6). Throws above the
    /// highest number that was given out.
    package func setRelayMark(_ mark: Int64) throws(StoreError) {
        try withSession { session in
            let connection = session.connection
            let last = try connection.integer("SELECT last_outbox FROM store") ?? 0
            guard (0...max(0, last)).contains(mark) else {
                throw StoreError.unusable(
                    path: path, reason: "a mark of \(mark) can't be: outbox numbers go from 1 to \(last)")
            }
            try connection.inTransaction {
                try connection.execute("UPDATE store SET relay_mark = \(mark), relay_is_clean = 1")
                try RelayRows(connection).forget(through: mark)
            }
        }
    }
}
