import TradeCore

/// Carries a plan out, in transactions of a bounded size: each leaves a store that is whole, so that it may end between any two.
struct StorePruner {
    /// Rows that go in one transaction.
    static let batch = 2_000

    let connection: Connection

    /// `isInterrupted` is asked between two transactions; false where it ended early.
    func prune(_ plan: PrunePlan, isInterrupted: () -> Bool) throws -> Bool {
        // Recommendations before their events, orders with their position: nothing ever hangs on what is gone.
        for (numbers, statements) in [
            (plan.recommendations, ["DELETE FROM recommendations WHERE number = ? AND outcome IS NOT NULL"]),
            (plan.events, ["DELETE FROM events WHERE number = ?"]),
            (
                plan.positions,
                [
                    "DELETE FROM orders WHERE position = ?",
                    "DELETE FROM positions WHERE number = ? AND status IN (4, 5)",
                ]
            ),
            (plan.rows, ["DELETE FROM outbox WHERE number = ? AND number <= (SELECT relay_mark FROM store)"]),
        ] {
            var rest = numbers[...]
            while !rest.isEmpty {
                if isInterrupted() { return false }
                try delete(rest.prefix(StorePruner.batch), statements)
                rest = rest.dropFirst(StorePruner.batch)
            }
        }
        return true
    }

    private func delete(_ numbers: ArraySlice<Int64>, _ sql: [String]) throws {
        try connection.inTransaction {
            for text in sql {
                let statement = try connection.statement(text)
                for number in numbers {
                    statement.bind(1, integer: number)
                    try statement.run()
                }
            }
        }
    }
}
