import Foundation
import Support
import TradeContracts
import TradeCore

@testable import TradePipeline
@testable import TradeStore

/// Holds a store at rest against all that was sent to its pipeline and all that was published: the guarantees after the fact.
struct FaultLedger {
    /// What is wrong, with the guarantee that it breaks; empty where all holds.
    private(set) var problems: [String] = []
    /// Events that ended as dead letters `refused`, by the bytes of their record.
    private(set) var refused: [[UInt8]: Int] = [:]
    /// How each recommendation was decided, by its name: distinct outcomes.
    private var outcomes: [String: Set<String>] = [:]
    private(set) var used = ExactDecimal.zero
    private(set) var skips: [String: Int] = [:]
    private(set) var ordered = 0
    private let connection: Connection

    init(_ world: FaultWorld) throws {
        connection = try Connection(path: world.place.path, mode: .readOnly, busyTimeout: 5000)
        try readOutbox(world)
        try checkInbox(world)
        try checkDecisions()
        try checkMoney(world)
        try checkFile(world)
    }

    private mutating func fail(_ text: String) { if problems.count < 20 { problems.append(text) } }

    // MARK: - Outputs

    private mutating func readOutbox(_ world: FaultWorld) throws {
        let row = try connection.statement("SELECT number, topic, key, value, headers FROM outbox ORDER BY number")
        var rows: [PublishableRow] = []
        var orders: Set<String> = []
        while try row.step() {
            let topic = OutputTopic(rawValue: UInt8(truncatingIfNeeded: row.integer(1))) ?? .deadLetters
            let record = EncodedRecord(
                topic: topic, key: row.optionalBlob(2), value: row.optionalBlob(3), headers: row.blob(4))
            rows.append(PublishableRow(number: row.integer(0), record: record))
            if topic == .deadLetters { note(deadLetter: record) } else { try note(record, &orders) }
        }
        row.reset()
        if rows.map(\.number) != (0..<rows.count).map({ Int64($0) + 1 }) { fail("outbox numbers have gaps") }
        comparePublished(rows, world)
    }

    private mutating func note(deadLetter record: EncodedRecord) {
        let reason = HeaderBlock.headers(of: record.headers).last { $0.name == "dlq.reason" }?.value ?? []
        guard String(decoding: reason, as: UTF8.self) == "refused" else {
            return fail("G9: a dead letter for \(String(decoding: reason, as: UTF8.self))")
        }
        refused[record.value ?? [], default: 0] += 1
    }

    private mutating func note(_ record: EncodedRecord, _ orders: inout Set<String>) throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(record.value ?? []))
        guard let fields = parsed as? [String: Any] else { return fail("an output is no object") }
        if let order = fields["order_id"] as? String, !orders.insert(order).inserted {
            fail("G3: order \(order) stands twice in the outbox")
        }
        let reason = fields["reason"] as? String
        if let reason { skips[reason, default: 0] += 1 }
        guard let id = (fields["recommendation_id"] as? NSNumber)?.int64Value, reason != "duplicate_event" else {
            return
        }
        if reason == nil, fields["role"] as? String == "entry" { ordered += 1 }
        let expert = (fields["expert_instance_id"] as? NSNumber)?.int64Value ?? 0
        let name = "\(expert) \(fields["use_case"] as? String ?? "") \(id)"
        outcomes[name, default: []].insert(fields["skip_id"] as? String ?? "ordered")
    }

    /// Every row at least once and unchanged, in order apart from repetitions after a restart (G5).
    private mutating func comparePublished(_ rows: [PublishableRow], _ world: FaultWorld) {
        var next = 0
        for row in world.published.all {
            if next < rows.count, row == rows[next] {
                next += 1
            } else if row.number < 1 || row.number > next || row != rows[Int(row.number) - 1] {
                return fail("G5: row \(row.number) was published and is not that of the outbox, behind \(next)")
            }
        }
        if next != rows.count { fail("G5: \(rows.count - next) of \(rows.count) rows are not published") }
    }

    // MARK: - The inbox

    private mutating func checkInbox(_ world: FaultWorld) throws {
        var inbox: [String: Int] = [:]
        let events = try connection.statement("SELECT id FROM events")
        while try events.step() { inbox[events.text(0), default: 0] += 1 }
        events.reset()
        var expected: Set<String> = []
        for (id, sendings) in Dictionary(grouping: world.sent, by: \.id) {
            let letters = Set(sendings.map { Array($0.json.utf8) }).reduce(0) { $0 + (refused[$1] ?? 0) }
            if inbox[id] ?? 0 > 1 { fail("G3: event \(id) stands in the inbox \(inbox[id] ?? 0) times") }
            if inbox[id] == nil, letters != sendings.count {
                fail("G2: event \(id) is lost: \(letters) dead letters for \(sendings.count) records")
            }
            if inbox[id] != nil, letters + 1 > sendings.count { fail("G2: event \(id) is taken in and a dead letter") }
            guard inbox[id] != nil, let first = sendings.first else { continue }
            for recommendation in first.recommendations {
                expected.insert("\(first.expert) \(first.useCase.rawValue) \(recommendation)")
            }
        }
        let rows = try connection.integer("SELECT count(*) FROM recommendations") ?? 0
        if rows != Int64(expected.count) { fail("G2: \(rows) recommendations, not \(expected.count)") }
        for name in expected where outcomes[name]?.count != 1 {
            fail("G2: recommendation \(name) has outcomes \(outcomes[name]?.sorted() ?? [])")
        }
        for name in outcomes.keys where !expected.contains(name) {
            fail("G3: an outcome of \(name), which is not taken in")
        }
        for partition in world.topics.partitions where partition.topic == .analysisCompleted {
            let next = try connection.integer(
                "SELECT next_offset FROM input_positions WHERE topic = 'analysis.completed' AND partition = "
                    + "\(partition.partition)")
            if next ?? 0 != world.topics.end(of: partition) { fail("G6: \(partition) is taken in up to \(next ?? 0)") }
        }
    }

    private mutating func checkDecisions() throws {
        let open = try connection.integer("SELECT count(*) FROM recommendations WHERE outcome IS NULL") ?? 0
        if open != 0 { fail("G2: \(open) recommendations are not decided") }
        let doubled = try connection.integer(
            "SELECT count(*) FROM (SELECT 1 FROM positions WHERE status IN (1, 2) GROUP BY expert, symbol "
                + "HAVING count(*) > 1)")
        if doubled ?? 0 != 0 { fail("G3: an expert has several active positions in a symbol") }
        let entries = try connection.integer("SELECT count(*) FROM positions") ?? 0
        if entries != Int64(ordered) { fail("G4: \(entries) positions, but \(ordered) entry orders in the outbox") }
        let runs = try connection.integer(
            "SELECT count(*) FROM recommendations r LEFT JOIN lock_keys k ON k.expert = r.expert "
                + "AND k.use_case = r.use_case WHERE k.run IS NULL OR r.run > k.run OR r.run < 1")
        if runs ?? 0 != 0 { fail("G1: \(runs ?? 0) recommendations decided by runs that their keys don't know") }
    }

    // MARK: - Money

    /// No money is spent twice (R54…R56), and memory says the same as the store.
    private mutating func checkMoney(_ world: FaultWorld) throws {
        var total = ExactDecimal.zero
        try PositionRows(connection).unfinished { position in
            guard let cost = try? TradeManager.used(by: position), let sum = try? total.adding(cost) else { return }
            total = sum
        }
        used = total
        if total > ExactDecimal(.of(world.reference.balance)) {
            fail("R55: positions bind \(total) of \(world.reference.balance)")
        }
        let booked = world.look { $0.reference.totals(of: AccountID(1))?.used }
        if let booked, booked != total { fail("memory has \(String(describing: booked)) in use, the store \(total)") }
    }

    private mutating func checkFile(_ world: FaultWorld) throws {
        let mark = try connection.integer("SELECT last_outbox - relay_mark FROM store")
        if mark != 0 { fail("G5: the mark is \(mark ?? -1) rows behind") }
        let check = try connection.statement("PRAGMA integrity_check")
        defer { check.reset() }
        if try !check.step() || check.text(0) != "ok" { fail("the store's file is damaged") }
    }
}
