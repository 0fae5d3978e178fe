import CSQLite
import Support
import Testing
import TradeContracts
import TradeCore
import TradePipeline

@testable import TradeStore

/// The shipped machine over a real SQLite file that fails (design §4, "When the store fails"): nothing is lost, nothing happens
/// twice, no money is spent twice, and it goes on alone.
@Suite("The pipeline over a store that fails") struct PipelineFaultTests {
    private static let experts: Int64 = 250
    /// For about a third of the experts: whoever reserved twice would show.
    private static let balance: Int64 = 400_000
    private static let reference: [ReferenceChange] =
        [
            Build.account(1, balance: balance), Build.enterRules, Build.manageRules,
        ] + (1...experts).map { Build.expert($0) { $0.maxVirtualEquityPerInstrumentPercent = .of(1) } }

    private static func events(_ ids: ClosedRange<Int64>) -> [DecodedRecord.Body] {
        ids.map { id in
            Build.event(
                "e\(id)", expert: (id - 1) % experts + 1,
                [Build.recommendation(id, "S\((id - 1) / experts)", price: 100 + id % 7)])
        }
    }

    /// 500 entries are queued: 250 events and their 250 passes. One of them is refused by SQLite.
    @Test(
        arguments: [
            ("INSERT INTO recommendations", 1), ("INSERT INTO recommendations", 125),
            ("INSERT INTO recommendations", 250),
            ("UPDATE recommendations SET outcome", 1), ("UPDATE recommendations SET outcome", 125),
            ("UPDATE recommendations SET outcome", 250), ("INSERT INTO positions", 20), ("INSERT INTO outbox", 300),
        ])
    func refused(statement: String, nth: Int) throws {
        let temporary = try TemporaryStore()
        let probe = Probes.at(.step, statement, nth: nth, .instead(SQLITE_CONSTRAINT))
        let bench = try PipelineOverSQLite(temporary, probe: probe, reference: Self.reference)
        try bench.deliver(Self.events(1...Self.experts))
        #expect(bench.pipeline.counters.passes == Self.experts, "every pass is queued behind its event")
        #expect(try bench.settle())
        #expect(bench.pipeline.counters.refusals == 1)
        let isInbox = statement == "INSERT INTO recommendations"
        try goesOn(bench, deadLetters: isInbox ? 1 : 0)
    }

    @Test(arguments: [SQLITE_FULL, SQLITE_BUSY, SQLITE_NOMEM])
    func unavailable(code: Int32) throws {
        let temporary = try TemporaryStore()
        let failing = SwitchedProbe()
        let bench = try PipelineOverSQLite(
            temporary, probe: failing.probe(.step, "INSERT INTO outbox", .instead(code)), reference: Self.reference)
        try bench.deliver(Self.events(1...Self.experts))
        failing.set(true)
        var tries = 0
        while tries < 5 {
            if !bench.commit.isEmpty {
                tries += 1
                bench.commitGroup()
            } else if let deadline = bench.pipeline.nextDeadline() {
                bench.wait(until: deadline)
            }
            try bench.collect()
        }
        #expect(bench.pipeline.counters.events == Self.experts)
        try bench.deliver([Build.event("waits", expert: 1, [Build.recommendation(9_999, "Z")])])
        #expect(bench.pipeline.counters.events == Self.experts, "intake stops")
        failing.set(false)
        #expect(try bench.settle())
        #expect(bench.pipeline.counters.events == Self.experts + 1)
        try goesOn(bench, deadLetters: 0, more: 1)
    }

    /// The file itself has no room: SQLite's own answer, not a forced one.
    @Test func noRoomInTheFile() throws {
        let temporary = try TemporaryStore()
        let bench = try PipelineOverSQLite(temporary, reference: Self.reference)
        let session = try #require(bench.store.session)
        let pages = try #require(try session.connection.integer("PRAGMA page_count"))
        _ = try session.connection.integer("PRAGMA max_page_count = \(pages + 2)")
        try bench.deliver(Self.events(1...Self.experts))
        for _ in 0..<6 {
            if !bench.commit.isEmpty { bench.commitGroup() }
            try bench.collect()
            if let deadline = bench.pipeline.nextDeadline() { bench.wait(until: deadline) }
            try bench.collect()
        }
        #expect(bench.events.contains { if case .storeUnavailable = $0 { true } else { false } })
        _ = try session.connection.integer("PRAGMA max_page_count = 100000")
        #expect(try bench.settle())
        try goesOn(bench, deadLetters: 0)
    }

    /// An I/O error at COMMIT, with both truths, and a store that can't be opened at once after it.
    @Test(arguments: [true, false])
    func inDoubt(isDurable: Bool) throws {
        let temporary = try TemporaryStore()
        let probe = Probes.at(.step, "COMMIT", nth: 3, isDurable ? .after(SQLITE_IOERR) : .instead(SQLITE_IOERR))
        let bench = try PipelineOverSQLite(temporary, probe: probe, reference: Self.reference)
        try bench.deliver(Self.events(1...Self.experts))
        #expect(try bench.settle())
        #expect(bench.events.contains { if case .storeInDoubt = $0 { true } else { false } })
        try goesOn(bench, deadLetters: 0)
    }

    /// More events, a duplicate among them, and then what the store holds.
    private func goesOn(_ bench: PipelineOverSQLite, deadLetters: Int, more: Int = 0) throws {
        try bench.deliver(Self.events((Self.experts + 1)...(2 * Self.experts)))
        #expect(try bench.settle())
        let count = Int(2 * Self.experts) + more
        let violations = try bench.violations(events: count, deadLetters: deadLetters, balance: Self.balance)
        #expect(violations.isEmpty, "\(violations)")
    }
}
