import TradeCore

/// Something that holds in every store that is whole: a name, and SQL that finds what breaks it, a line of text for each.
struct StoreCheck: Sendable {
    let name: String
    let sql: String

    /// What is found of each is cut there.
    static let limit = 20

    static let all: [StoreCheck] = [
        StoreCheck(name: "one store", sql: "SELECT count(*) || ' rows' FROM store HAVING count(*) <> 1"),
        StoreCheck(
            name: "starts",
            sql: "SELECT 'none is noted' FROM store WHERE NOT EXISTS (SELECT 1 FROM starts)"),
        counter("events", "last_event"), counter("recommendations", "last_recommendation"),
        counter("positions", "last_position"), counter("outbox", "last_outbox"),
        StoreCheck(
            name: "relay mark",
            sql: "SELECT 'it is ' || relay_mark || ', the outbox goes up to ' || last_outbox FROM store "
                + "WHERE relay_mark NOT BETWEEN 0 AND last_outbox"),
        StoreCheck(
            name: "unpublished rows",
            sql:
                "SELECT (last_outbox - relay_mark - there) || ' of the rows ' || (relay_mark + 1) || ' to ' || last_outbox "
                + "|| ' are missing' FROM store, (SELECT count(*) AS there FROM outbox WHERE number > "
                + "(SELECT relay_mark FROM store)) WHERE there <> last_outbox - relay_mark"),
        StoreCheck(
            name: "outbox topics",
            sql: "SELECT 'row ' || number || ' is of topic ' || topic FROM outbox WHERE topic NOT BETWEEN 0 AND 2"),
        StoreCheck(
            name: "withdrawn rows",
            sql: "SELECT 'row ' || number || ' is set aside for reason ' || withdrawn FROM outbox "
                + "WHERE withdrawn NOT IN (\(reasons))"),
        StoreCheck(
            name: "withdrawals",
            sql:
                "SELECT 'withdrawal ' || number || ' of scope ' || scope || ' reaches to ' || through FROM withdrawals, store "
                + "WHERE through > last_outbox OR scope NOT BETWEEN 0 AND 3 OR reason NOT IN (\(reasons))"),
        StoreCheck(
            name: "one event for an identity (R12)",
            sql:
                "SELECT 'event ' || id || ' of source ''' || source || ''' is there ' || count(*) || ' times' FROM events "
                + "GROUP BY hash, id, source HAVING count(*) > 1"),
        StoreCheck(
            name: "one recommendation for an id (R13)",
            sql: "SELECT 'recommendation ' || id || ' of expert ' || expert || ' is there ' || count(*) || ' times' "
                + "FROM recommendations NOT INDEXED GROUP BY expert, use_case, id HAVING count(*) > 1"),
        StoreCheck(
            name: "events of recommendations (G4)",
            sql: "SELECT 'recommendation ' || r.number || ' is of event ' || r.event || ', which is ' || "
                + "CASE WHEN e.number IS NULL THEN 'missing' ELSE 'another key''s' END "
                + "FROM recommendations r LEFT JOIN events e ON e.number = r.event "
                + "WHERE e.number IS NULL OR e.expert <> r.expert OR e.use_case <> r.use_case"),
        StoreCheck(
            name: "outcomes (G2)",
            sql: "SELECT 'recommendation ' || number || ' has outcome ' || coalesce(outcome, 'none') || ' in run ' || "
                + "coalesce(run, 'none') FROM recommendations WHERE (outcome IS NULL) <> (run IS NULL) "
                + "OR outcome NOT IN (0, \(reasons))"),
        StoreCheck(
            name: "runs (G1)",
            sql:
                "SELECT 'recommendation ' || r.number || ' was decided in run ' || r.run || ', the last run of its key is ' || "
                + "coalesce(k.run, 'none') FROM recommendations r LEFT JOIN lock_keys k ON k.expert = r.expert "
                + "AND k.use_case = r.use_case WHERE r.run > coalesce(k.run, 0) OR r.run < 1"),
        StoreCheck(
            name: "one active position for an expert and symbol (G3)",
            sql: "SELECT 'expert ' || expert || ' has ' || count(*) || ' in ' || symbol FROM positions NOT INDEXED "
                + "WHERE status IN (1, 2) GROUP BY expert, symbol HAVING count(*) > 1"),
        StoreCheck(
            name: "positions",
            sql:
                "SELECT 'position ' || number || ' of status ' || status || ' lacks ' || CASE WHEN status NOT BETWEEN 1 AND 5 "
                + "OR side NOT IN (1, 2) THEN 'a status or side that there is' WHEN status IN (2, 3) THEN 'its opening' "
                + "ELSE 'its close' END FROM positions WHERE status NOT BETWEEN 1 AND 5 OR side NOT IN (1, 2) "
                + "OR (status IN (2, 3) AND opened_at IS NULL) "
                + "OR (status = 4 AND (closed_at IS NULL OR close_price IS NULL))"),
        StoreCheck(
            name: "entries of positions",
            sql: "SELECT 'position ' || number || ' has no entry order' FROM positions p WHERE NOT EXISTS "
                + "(SELECT 1 FROM orders o WHERE o.position = p.number AND o.role = 1)"),
        StoreCheck(
            name: "positions of orders",
            sql:
                "SELECT 'order ' || place || ' of position ' || position || ' has a role or status that there is not, or no "
                + "position' FROM orders o WHERE role NOT BETWEEN 1 AND 6 OR status NOT BETWEEN 1 AND 11 "
                + "OR NOT EXISTS (SELECT 1 FROM positions p WHERE p.number = o.position)"),
        StoreCheck(
            name: "places of orders",
            sql: "SELECT 'position ' || position || ' has a gap among its ' || count(*) || ' orders' FROM orders "
                + "GROUP BY position HAVING min(place) <> 0 OR max(place) <> count(*) - 1"),
        StoreCheck(
            name: "one order for an id",
            sql: "SELECT printf('order %016x%016x is there %d times', id_high, id_low, count(*)) FROM orders "
                + "GROUP BY id_high, id_low HAVING count(*) > 1"),
        StoreCheck(
            name: "input positions (G6)",
            sql:
                "SELECT topic || ' partition ' || partition || ' goes on at ' || next_offset || ' after ' || last_offset "
                + "FROM input_positions WHERE next_offset <= last_offset OR next_offset < 0 OR partition < 0"),
    ]

    /// Numbers that were given out go up to a counter.
    private static func counter(_ table: String, _ column: String) -> StoreCheck {
        StoreCheck(
            name: "numbers of \(table)",
            sql:
                "SELECT 'they go from ' || low || ' to ' || high || ', but only ' || \(column) || ' were given out' FROM store, "
                + "(SELECT min(number) AS low, max(number) AS high FROM \(table)) WHERE high > \(column) OR low < 1")
    }

    /// The numbers of all skip reasons.
    private static let reasons = SkipReason.allCases.map { String($0.code) }.joined(separator: ", ")
}
