import Settings
import Support
import TradeContracts
import TradePipeline
import TradeStore

/// Holds a store against what its inputs and its output topics hold: the guarantees after the fact.
package struct Ledger {
    /// What is wrong, with the guarantee that it breaks; empty where all holds.
    package private(set) var problems: [String] = []

    /// What is wrong with a store at rest and with what was read of its output topics.
    package static func problems(of harness: ServiceHarness, with outputs: OutputReader) throws -> [String] {
        var ledger = try Ledger(of: harness)
        try ledger.compare(harness, with: outputs)
        return ledger.problems
    }

    /// Looks at the store alone. It has to be at rest.
    package init(of harness: ServiceHarness) throws {
        let store = try harness.store()
        let undecided = try store.integer("SELECT count(*) FROM recommendations WHERE outcome IS NULL")
        if undecided > 0 { problems.append("G2: \(undecided) recommendations are not decided") }
        let doubled = try store.rows(
            "SELECT expert, symbol, count(*) FROM positions WHERE status IN (1, 2) GROUP BY 1, 2 HAVING count(*) > 1")
        for row in doubled { problems.append("G3: several active positions of (expert, symbol, count) \(row)") }
        let orphans = try store.integer(
            "SELECT count(*) FROM recommendations r WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.number = r.event)")
        if orphans > 0 { problems.append("G4: \(orphans) recommendations without their event") }
        if try store.rows("PRAGMA integrity_check") != [["ok"]] { problems.append("the store's file is damaged") }
        let behind = try store.integer("SELECT last_outbox - relay_mark FROM store")
        if behind != 0 { problems.append("G5: \(behind) outbox rows are not published") }
    }

    /// Compares the outbox with what was read of the output topics: every row is there at least once, as it is, and the rows
    /// of a key in their order, apart from repeats. Reads until all is there.
    package mutating func compare(_ harness: ServiceHarness, with outputs: OutputReader) throws {
        let queries = SQLiteQueries(
            path: harness.configuration.store.path.path, options: SQLiteStoreOptions(topics: harness.site.topics))
        guard case .outbox(let rows) = try queries.answer(.outbox(after: 0, limit: 10_000_000)) else { return }
        struct Place: Hashable {
            let topic: OutputTopic
            let key: [UInt8]?
        }
        // What is set aside was never published.
        let wanted = rows.filter { $0.withdrawn == nil }.map { row in
            let headers = HeaderBlock.headers(of: row.record.headers)
            return (
                Place(topic: row.record.topic, key: row.record.key),
                RecordContent(key: row.record.key, value: row.record.value, headers: headers)
            )
        }
        let missing = Set(wanted.map { $0.1 })
        _ = outputs.read { outputs in
            outputs.all.count >= missing.count && missing.subtracting(outputs.all.map(\.content)).isEmpty
        }
        var found: [Place: [OutputReader.Output]] = [:]
        var seen: Set<RecordContent> = []
        for output in outputs.all where seen.insert(output.content).inserted {
            found[Place(topic: output.topic, key: output.content.key), default: []].append(output)
        }
        for (place, rows) in Dictionary(grouping: wanted, by: \.0) {
            let rows = rows.map(\.1)
            let there = found.removeValue(forKey: place) ?? []
            guard !Ledger.isInOrder(there, rows) else { continue }
            let lost = rows.filter { !seen.contains($0) }.count
            problems.append(
                lost > 0
                    ? "G5: \(lost) of \(rows.count) rows of \(place) are not published"
                    : "G5: the \(rows.count) rows of \(place) stand there in another order, or with others")
        }
        let isExact = harness.site.kind == .kafka && harness.configuration.delivery == .exactlyOnce
        if isExact, outputs.all.count != seen.count {
            problems.append("G5: \(outputs.all.count - seen.count) records came more than once")
        }
        for (place, rows) in found { problems.append("G5: \(rows.count) records of \(place) that no row is of") }
        checkOutcomes(outputs)
    }

    /// Whether the records of a key are these rows, in their order. Where its topic got partitions they may lie in one up to some row
    /// and in another from there on: readers see no order between the two.
    private static func isInOrder(_ there: [OutputReader.Output], _ rows: [RecordContent]) -> Bool {
        if there.map(\.content) == rows { return true }
        let partitions = Dictionary(there.map { ($0.content, $0.partition) }) { first, _ in first }
        let places = rows.map { partitions[$0] }
        let moves = zip(places, places.dropFirst()).count { $0 != $1 }
        return there.count == rows.count && moves == 1
            && Set(there.map(\.partition)).allSatisfy { partition in
                there.filter { $0.partition == partition }.map(\.content) == rows.filter { partitions[$0] == partition }
            }
    }

    /// Every recommendation that has an output has one outcome: its orders, or one skip (G2).
    private mutating func checkOutcomes(_ outputs: OutputReader) {
        var outcomes: [String: Set<String>] = [:]
        for output in outputs.all {
            guard let id = output.integer("recommendation_id"), output.text("reason") != "duplicate_event" else {
                continue
            }
            let name = "\(output.key ?? "") \(output.text("use_case") ?? "") \(id)"
            outcomes[name, default: []].insert(output.text("skip_id") ?? "ordered in run \(output.integer("run") ?? 0)")
        }
        for (name, outcomes) in outcomes where outcomes.count > 1 {
            problems.append("G2: recommendation \(name) has \(outcomes.count) outcomes: \(outcomes.sorted())")
        }
    }
}
