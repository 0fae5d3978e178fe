import CSQLite
import Support
import Testing
import TradeContracts
import TradeCore

@testable import TradePipeline
@testable import TradeStore

@Suite("The running pipeline over a store that fails", .serialized)
struct RunnerFaultTests {
    // MARK: - Refused

    /// Where among the calls of its kind the refused one stands.
    enum Place: CaseIterable { case first, middle, last }

    private static let refusals: [(String, Place)] = [
        "INSERT INTO events", "INSERT INTO recommendations", "UPDATE recommendations", "INSERT INTO positions",
        "INSERT INTO outbox", "INSERT INTO lock_keys",
    ].flatMap { statement in Place.allCases.map { (statement, $0) } }

    @Test("Of hundreds of queued entries one is refused: the others go through, once", arguments: refusals)
    func refused(statement: String, place: Place) throws {
        let world = try FaultWorld()
        try world.start()
        try world.fillQueue()
        let calls =
            world.look { pipeline in
                pipeline.queue.entries.elements.dropFirst(pipeline.queue.sent)
                    .reduce(0) { $0 + RunnerFaultTests.calls(of: statement, in: $1.changes) }
            } ?? 0
        try #require(calls > 2, "nothing to refuse")
        let nth =
            switch place {
            case .first: 1
            case .middle: calls / 2
            case .last: calls
            }
        world.faults.set([.init(prefix: statement, nth: nth, verdict: .instead(SQLITE_CONSTRAINT))])
        world.faults.release()
        try world.settle()
        #expect(world.faults.struck == 1)
        #expect(world.look { $0.counters.refusals } == 1)
        let isInbox = ["INSERT INTO events", "INSERT INTO recommendations"].contains(statement)
        try world.expectGoodBooks(refused: isInbox ? 1 : statement == "INSERT INTO outbox" ? nil : 0)
        try world.expectItGoesOn()
    }

    /// How often a statement is stepped for an entry.
    private static func calls(of statement: String, in entry: ChangeSet) -> Int {
        switch statement {
        case "INSERT INTO events": entry.event == nil ? 0 : 1
        case "INSERT INTO recommendations": entry.recommendations.count
        case "UPDATE recommendations": entry.outcomes.count
        case "INSERT INTO positions": entry.positions.count
        case "INSERT INTO outbox": entry.rows.count
        default: entry.run == nil ? 0 : 1
        }
    }

    @Test("Constraints of SQLite's own, for as long as they are there")
    func constraints() throws {
        let world = try FaultWorld()
        try world.start()
        // Three events that are never taken, and an outcome and a position that are not until the trigger is gone.
        let other = try Connection(path: world.place.path, mode: .readWrite, busyTimeout: 5000)
        let event = "WHEN new.id IN ('enter-1000101', 'enter-1005002', 'manage-1010000')"
        for (name, target, condition) in [
            ("a", "INSERT ON events", event), ("b", "UPDATE ON recommendations", "WHEN new.id = 1000501"),
            ("c", "INSERT ON positions", "WHEN new.symbol = 'S1000701'"),
        ] {
            try other.execute(
                "CREATE TRIGGER \(name) BEFORE \(target) \(condition) BEGIN SELECT RAISE(ABORT, 'as the test asks'); END"
            )
        }
        world.sendRound(1)
        try world.wait("failed passes") {
            world.holds { $0.counters.passFailures >= 6 && $0.counters.deadLetters[.refused] == 3 }
        }
        try other.execute("DROP TRIGGER b; DROP TRIGGER c")
        try world.settle()
        try world.expectGoodBooks(refused: 3)
        try world.expectItGoesOn()
    }

    @Test("A refusal while the reader cannot read: recovery waits for it")
    func refusedUnread() throws {
        let world = try FaultWorld()
        try world.start()
        try world.fillQueue()
        world.faults.set([.init(prefix: "INSERT INTO positions", nth: 5, verdict: .instead(SQLITE_CONSTRAINT))])
        world.readFaults.set([.init(prefix: "SELECT", count: 3, verdict: .instead(SQLITE_IOERR))])
        world.faults.release()
        try world.settle()
        #expect(world.readFaults.struck == 3)
        #expect(world.look { $0.counters.refusals } == 1)
        try world.expectGoodBooks()
        try world.expectItGoesOn()
    }

    // MARK: - Unavailable

    @Test("A full file stops the intake; with room again it goes on alone")
    func full() throws {
        let world = try FaultWorld()
        try world.start()
        try world.limitFile(toMorePages: 2)
        world.sendRound(1)
        try expectStandstill(of: world)
        try world.limitFile(toMorePages: nil)
        try world.settle()
        try world.expectGoodBooks()
        try world.expectItGoesOn()
    }

    @Test("Another one's lock stops the intake; without it it goes on alone")
    func locked() throws {
        let world = try FaultWorld()
        try world.start()
        let other = try Connection(path: world.place.path, mode: .readWrite, busyTimeout: 5000)
        try other.execute("BEGIN IMMEDIATE")
        world.sendRound(1)
        try expectStandstill(of: world)
        try other.rollBack()
        try world.settle()
        try world.expectGoodBooks()
        try world.expectItGoesOn()
    }

    @Test(
        "Unavailable for a while, at any statement, with hundreds of entries queued",
        arguments: [SQLITE_FULL, SQLITE_BUSY, SQLITE_NOMEM],
        ["BEGIN", "INSERT INTO events", "INSERT INTO orders", "UPDATE store", "COMMIT"])
    func unavailable(code: Int32, statement: String) throws {
        let world = try FaultWorld()
        try world.start()
        try world.fillQueue()
        // The commit that is held is the first that a fault at COMMIT strikes.
        world.faults.set([.init(prefix: statement, count: 3, verdict: .instead(code))])
        world.faults.release()
        try world.settle()
        #expect(world.faults.struck == 3)
        #expect(world.log.count("The store is unavailable") == 3)
        try world.expectGoodBooks()
        try world.expectItGoesOn()
    }

    /// While the store takes nothing, nothing new is taken in, and it is tried again and again.
    private func expectStandstill(of world: FaultWorld) throws {
        try world.wait("the outage") { world.log.count("The store is unavailable") >= 3 && world.topics.isDelivered }
        let taken = world.look { $0.counters.events }
        let complaints = world.log.count("The store is unavailable")
        world.send((0..<50).map { SentEvent(id: "later-\($0)", expert: $0 + 1) })
        try world.wait("more tries") {
            world.topics.isDelivered && world.log.count("The store is unavailable") >= complaints + 3
        }
        #expect(world.look { $0.counters.events } == taken)
        #expect(world.look { $0.partitions.values.reduce(0) { $0 + $1.waiting.count } } ?? 0 >= 50)
        #expect(world.log.count("The store is available again") == 0)
    }

    // MARK: - In doubt

    @Test(
        "An I/O error at COMMIT, whichever way it went, with a store that opens only the third time",
        arguments: [true, false], [1, 2])
    func doubt(isDurable: Bool, nth: Int) throws {
        let world = try FaultWorld()
        try world.start()
        try world.fillQueue()
        let verdict: SQLiteProbe.Verdict = isDurable ? .after(SQLITE_IOERR) : .instead(SQLITE_IOERR)
        world.faults.set([
            .init(prefix: "COMMIT", nth: nth, verdict: verdict),
            .init(call: .open, prefix: "", count: 2, verdict: .instead(SQLITE_CANTOPEN)),
        ])
        world.faults.release()
        try world.settle()
        #expect(world.faults.struck == 3)
        #expect(world.log.count("Whether a commit is durable is in doubt") == 1)
        #expect(world.log.count("The store is unavailable") == 2)
        #expect(world.log.count("The store is available again") == 1)
        try world.expectGoodBooks()
        try world.expectItGoesOn()
    }

    // MARK: - Everything

    @Test("Faults of every kind at random", arguments: [1, 2, 3, 4] as [UInt64])
    func storm(seed: UInt64) throws {
        var random = ContractRandom(seed: seed)
        let world = try FaultWorld()
        try world.start()
        let statements = [
            "BEGIN", "INSERT INTO events", "INSERT INTO recommendations", "UPDATE recommendations",
            "INSERT INTO positions", "INSERT INTO orders", "INSERT INTO lock_keys", "INSERT INTO outbox",
            "REPLACE INTO input_positions", "UPDATE store", "COMMIT",
        ]
        let codes = [SQLITE_CONSTRAINT, SQLITE_CONSTRAINT, SQLITE_FULL, SQLITE_BUSY, SQLITE_IOERR, SQLITE_CORRUPT]
        for round in 1...4 as ClosedRange<Int64> {
            var faults: [StoreFaults.Fault] = []
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let code = codes.randomElement(using: &random) ?? SQLITE_IOERR
                faults.append(
                    .init(
                        prefix: statements.randomElement(using: &random) ?? "COMMIT",
                        nth: Int.random(in: 1...60, using: &random), count: Int.random(in: 1...3, using: &random),
                        verdict: Bool.random(using: &random) ? .instead(code) : .after(code)))
            }
            faults.append(
                .init(
                    call: .open, prefix: "", count: Int.random(in: 0...2, using: &random),
                    verdict: .instead(SQLITE_CANTOPEN)))
            world.faults.set(faults)
            world.sendRound(round)
            try world.settle()
            try world.expectGoodBooks(refused: nil)
        }
        world.faults.set([])
        try world.expectItGoesOn(round: 9)
    }
}
