import TradeContracts
import TradeCore

/// Finds what of a store's history may go (R97).
///
/// What never goes, however old it is:
/// - recommendations that are not decided, and the one before each of them in its symbol (R40);
/// - of an expert and symbol the latest recommendation, and the latest of those before the limit: so what comes from the limit on
///   finds the same recommendation before it as without pruning (R40);
/// - events of recommendations that stay;
/// - positions that are WAITING, OPENED or CLOSING; of an expert and symbol the latest close of each kind (R45); of an expert the
///   positions of the hour before its newest one (R94);
/// - rows that are not published; run numbers, starts and reference data.
struct PrunePlanner {
    let connection: Connection

    func plan(before limit: Timestamp) throws -> PrunePlan {
        var plan = PrunePlan(before: limit)
        let kept = try findRecommendations(&plan)
        try findEvents(&plan, kept)
        try findPositions(&plan)
        try findRows(&plan)
        return plan
    }

    /// The events of the recommendations that stay.
    private func findRecommendations(_ plan: inout PrunePlan) throws -> [Int64] {
        let before = try recommendationsBeforeUndecided()
        // The last place of the index is the row's number: of two of one id the one that was taken in last is the latest.
        let row = try connection.statement(
            "SELECT r.number, r.event, r.outcome IS NOT NULL AND r.created_at < ?1 AND e.occurred_at < ?1 "
                + "AND EXISTS (SELECT 1 FROM recommendations n INDEXED BY recommendations_by_symbol WHERE n.expert = r.expert "
                + "AND n.symbol = r.symbol AND n.created_at >= r.created_at AND n.created_at < ?1 "
                + "AND (n.created_at, n.id, n.number) > (r.created_at, r.id, r.number)) "
                + "FROM recommendations r JOIN events e ON e.number = r.event ORDER BY r.number")
        row.bind(1, integer: plan.before.microseconds)
        defer { row.reset() }
        var kept: [Int64] = []
        while try row.step() {
            let number = row.integer(0)
            if row.integer(2) != 0, !before.contains(number) {
                plan.recommendations.append(number)
            } else if kept.last != row.integer(1) {
                // Those of one event stand together.
                kept.append(row.integer(1))
            }
        }
        return kept
    }

    /// What rules of the undecided ones will ask for, whatever came since (R40).
    private func recommendationsBeforeUndecided() throws -> Set<Int64> {
        let row = try connection.statement(
            "SELECT (SELECT n.number FROM recommendations n INDEXED BY recommendations_by_symbol WHERE n.expert = u.expert "
                + "AND n.symbol = u.symbol AND (n.created_at, n.id) < (u.created_at, u.id) "
                + "ORDER BY n.created_at DESC, n.id DESC, n.number DESC LIMIT 1) FROM recommendations u "
                + "WHERE u.outcome IS NULL")
        defer { row.reset() }
        var result: Set<Int64> = []
        while try row.step() { if let number = row.optionalInteger(0) { result.insert(number) } }
        return result
    }

    private func findEvents(_ plan: inout PrunePlan, _ kept: [Int64]) throws {
        let row = try connection.statement("SELECT number FROM events WHERE occurred_at < ? ORDER BY number")
        row.bind(1, integer: plan.before.microseconds)
        defer { row.reset() }
        var rest = kept.sorted()[...]
        while try row.step() {
            let number = row.integer(0)
            while let first = rest.first, first < number { rest.removeFirst() }
            if rest.first != number { plan.events.append(number) }
        }
    }

    private func findPositions(_ plan: inout PrunePlan) throws {
        let row = try connection.statement(
            "WITH closes AS (SELECT expert, symbol, max(closed_at) AS last, "
                + "max(CASE WHEN \(HistoryRows.gain) THEN closed_at END) AS gain, "
                + "max(CASE WHEN \(HistoryRows.loss) THEN closed_at END) AS loss "
                + "FROM positions WHERE status = 4 GROUP BY expert, symbol), "
                + "newest AS (SELECT expert, max(created_at) - 3600000000 AS hour FROM positions GROUP BY expert) "
                + "SELECT number FROM positions JOIN newest USING (expert) LEFT JOIN closes USING (expert, symbol) "
                + "WHERE created_at <= hour AND created_at < ?1 AND (status = 5 OR status = 4 AND closed_at < ?1 "
                + "AND closed_at < closes.last AND NOT coalesce(\(HistoryRows.gain) AND closed_at = closes.gain, 0) "
                + "AND NOT coalesce(\(HistoryRows.loss) AND closed_at = closes.loss, 0)) ORDER BY number")
        row.bind(1, integer: plan.before.microseconds)
        defer { row.reset() }
        while try row.step() { plan.positions.append(row.integer(0)) }
    }

    /// A row has the time that its record has; one without a time goes with the row before it.
    private func findRows(_ plan: inout PrunePlan) throws {
        let mark = try connection.integer("SELECT relay_mark FROM store") ?? 0
        let row = try connection.statement("SELECT \(StoredRow.columns) FROM outbox WHERE number <= ? ORDER BY number")
        row.bind(1, integer: mark)
        defer { row.reset() }
        var time: Timestamp?
        while try row.step() {
            let stored = try StoredRow(row)
            time = OutputIdentity.time(of: stored.topic, headers: stored.headers) ?? time
            if let time, time < plan.before { plan.rows.append(stored.number) }
        }
    }
}
