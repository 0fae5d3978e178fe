package import TradeCore

// What is to be published and what was, and what of it may go.
extension StoreInspector {
    /// Rows of the outbox from a number to another one, in order and without their values.
    package func outbox(from first: Int64, through last: Int64, _ body: (StoredRow) -> Void) throws(StoreError) {
        try read {
            let row = try connection.statement(
                "SELECT \(StoredRow.columns) FROM outbox WHERE number BETWEEN ? AND ? ORDER BY number")
            row.bind(1, integer: first)
            row.bind(2, integer: last)
            defer { row.reset() }
            while try row.step() { body(try StoredRow(row)) }
        }
    }

    /// The lowest number that is there, and the highest that was ever given out: what lies below is pruned (R97).
    package func outboxNumbers() throws(StoreError) -> (first: Int64, last: Int64) {
        try read {
            let last = try connection.integer("SELECT last_outbox FROM store") ?? 0
            let next = last == .max ? last : last + 1
            return (try connection.integer("SELECT min(number) FROM outbox") ?? next, last)
        }
    }

    /// What of the history may go (R97).
    package func prunable(before limit: Timestamp) throws(StoreError) -> PrunePlan {
        try read { try PrunePlanner(connection: connection).plan(before: limit) }
    }
}
