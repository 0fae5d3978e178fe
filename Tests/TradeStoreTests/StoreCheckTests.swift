import Foundation
import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeStore

@Suite("What always holds in a store")
struct StoreCheckTests {
    private let place: TemporaryStore

    init() throws { place = try TemporaryStore() }

    /// A store with a little of everything, closed.
    private func make() throws {
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        var entries = StoreEntries()
        var opened = StoreEntries.position(2, symbol: "MSFT", recommendation: 2, status: .opened, orders: 2)
        opened.openedAt = Timestamp(microseconds: 6)
        var closed = StoreEntries.position(3, symbol: "GOOG", recommendation: 3, status: .closed)
        closed.openedAt = Timestamp(microseconds: 6)
        closed.closedAt = Timestamp(microseconds: 7)
        closed.closePrice = Fixed9(units: 3)
        let inbox = [entries.inbox(ids: [1, 2, 3]), entries.inbox(ids: [4])]
        entries.position = 3
        entries.row = 0
        let rows = [Int64(1), 2, 3].map { number in
            let row = OutboxRow(
                number: number,
                record: .deadLetter(
                    DeadLetterRecord(
                        address: RecordAddress(topic: .analysisCompleted, partition: 0, offset: number), timestamp: 5,
                        bytes: RecordBytes(key: nil, value: nil, headers: []), cause: Undecodable(.malformed, "m"))))
            row.encode(OutputEncoder(topics: TopicNames()).encode)
            return row
        }
        let decisions = ChangeSet(
            number: 3, run: StoreEntries.run(1),
            positions: [StoreEntries.position(1), opened, closed],
            outcomes: [1, 2, 3].map { RecommendationOutcome(number: $0, kind: .ordered, run: 1) }, rows: rows)
        let halt = Halt(scope: .all, entriesOnly: true, reason: "r", since: Timestamp(microseconds: 1))
        let mark = ChangeSet(
            number: 4, halts: [.halt(halt)], relayMark: 1,
            relay: RelayChange(
                withdrawal: Withdrawal(halt, through: 3), withdrawn: [WithdrawnRow(number: 2, reason: .halted)]))
        #expect(store.commit(inbox + [decisions, mark]) == .committed)
        store.close()
    }

    private func findings() throws -> [StoreFinding] {
        var findings: [StoreFinding] = []
        try StoreVerifier(path: place.path, options: TemporaryStore.options).verify { findings.append($0) }
        return findings
    }

    @Test("An empty store and a whole one pass every check, beside a service, too")
    func whole() throws {
        try SQLiteStore.open(path: place.path, options: TemporaryStore.options).close()
        #expect(try findings().filter { !$0.problems.isEmpty } == [])
        try make()
        let store = try SQLiteStore.open(path: place.path, options: TemporaryStore.options)
        let found = try findings()
        #expect(found.filter { !$0.problems.isEmpty } == [])
        #expect(Set(found.map(\.check)).count == found.count && found.count == StoreCheck.all.count + 6)
        store.close()
    }

    /// What breaks each check, and the check that says so.
    private static let damages: [(sql: String, check: String)] = [
        ("DELETE FROM starts", "starts"),
        ("DELETE FROM store", "one store"),
        ("UPDATE store SET last_event = 1", "numbers of events"),
        ("UPDATE store SET last_recommendation = 3", "numbers of recommendations"),
        ("UPDATE positions SET number = -number WHERE number = 1", "numbers of positions"),
        ("INSERT INTO outbox VALUES (9, 0, NULL, NULL, x'', NULL)", "numbers of outbox"),
        ("UPDATE store SET relay_mark = 4", "relay mark"), ("UPDATE store SET relay_mark = -1", "relay mark"),
        ("DELETE FROM outbox WHERE number = 3", "unpublished rows"),
        ("DELETE FROM outbox WHERE number = 2", "unpublished rows"),
        ("UPDATE outbox SET topic = 3", "outbox topics"),
        ("UPDATE outbox SET withdrawn = 0 WHERE number = 2", "withdrawn rows"),
        ("UPDATE withdrawals SET through = 4", "withdrawals"), ("UPDATE withdrawals SET scope = 9", "withdrawals"),
        (
            "INSERT INTO events SELECT 3, hash, id, source, topic, partition, 9, expert, use_case, 0, 1, NULL, NULL "
                + "FROM events WHERE number = 1; UPDATE store SET last_event = 3", "one event for an identity (R12)"
        ),
        (
            "DROP INDEX recommendations_by_key; UPDATE recommendations SET id = 1 WHERE number = 2",
            "one recommendation for an id (R13)"
        ),
        ("DELETE FROM events WHERE number = 2", "events of recommendations (G4)"),
        ("UPDATE recommendations SET expert = 2 WHERE number = 4", "events of recommendations (G4)"),
        ("UPDATE recommendations SET run = NULL WHERE number = 1", "outcomes (G2)"),
        ("UPDATE recommendations SET outcome = NULL WHERE number = 1", "outcomes (G2)"),
        ("UPDATE recommendations SET outcome = 99 WHERE number = 1", "outcomes (G2)"),
        ("UPDATE recommendations SET run = 2 WHERE number = 1", "runs (G1)"), ("DELETE FROM lock_keys", "runs (G1)"),
        (
            "DROP INDEX positions_active; UPDATE positions SET symbol = 'AAPL'",
            "one active position for an expert and symbol (G3)"
        ),
        ("UPDATE positions SET opened_at = NULL", "positions"), ("UPDATE positions SET closed_at = NULL", "positions"),
        ("UPDATE positions SET status = 6 WHERE number = 1", "positions"),
        ("UPDATE positions SET side = 3", "positions"),
        ("DELETE FROM orders WHERE position = 1", "entries of positions"),
        ("UPDATE orders SET position = 7 WHERE position = 1", "positions of orders"),
        ("UPDATE orders SET status = 12 WHERE position = 1", "positions of orders"),
        ("UPDATE orders SET place = 2 WHERE place = 1", "places of orders"),
        ("UPDATE orders SET id_high = 1, id_low = 1", "one order for an id"),
        ("UPDATE input_positions SET next_offset = last_offset", "input positions (G6)"),
        ("UPDATE events SET hash = 1 WHERE number = 1", "hashes of events (R12)"),
        ("UPDATE outbox SET headers = x'' WHERE number = 1", "ids of outputs (R89)"),
        ("INSERT INTO reference VALUES (2, 'x', x'7B7D', NULL, NULL)", "reference data (R87)"),
        ("UPDATE halts SET scope = 7", "halts (R93)"),
        ("CREATE TABLE mine(a)", "tables and indexes"), ("DROP INDEX events_by_hash", "tables and indexes"),
    ]

    @Test("Each damage is found by the check that it is for", arguments: damages)
    func damage(sql: String, check: String) throws {
        try make()
        try Connection(path: place.path, mode: .readWrite).execute(sql)
        let found = try findings().filter { !$0.problems.isEmpty }
        #expect(found.contains { $0.check == check }, "\(sql): \(found)")
        #expect(found.allSatisfy { !$0.problems.contains("") }, "\(found)")
    }

    @Test("Every check is broken by one damage at least")
    func complete() {
        let broken = Set(Self.damages.map(\.check))
        #expect(StoreCheck.all.map(\.name).filter { !broken.contains($0) } == [])
    }

    @Test("A file that is damaged inside is told, whatever else can be read of it")
    func damagedPages() throws {
        try make()
        var bytes = try #require(FileManager.default.contents(atPath: place.path))
        for index in stride(from: 8_192, to: bytes.count, by: 512) { bytes[index] ^= 0x5A }
        try bytes.write(to: URL(fileURLWithPath: place.path))
        let found = try findings()
        #expect(found.first?.check == "file" && found.first?.problems.isEmpty == false)
        #expect(found.count == StoreCheck.all.count + 6)
    }
}
