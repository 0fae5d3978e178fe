import CSQLite
import Support
import Testing
import TradeCore

@testable import TradePipeline
@testable import TradeStore

@Suite("The pipeline over a store that fails", .serialized)
struct PipelineFaultTests {
    /// Where among the entries of its kind the refused one stands.
    enum Place: CaseIterable { case first, middle, last }

    private static let refusals: [(String, Place)] = [
        "INSERT INTO events", "INSERT INTO recommendations", "UPDATE recommendations", "INSERT INTO positions",
        "INSERT INTO outbox", "INSERT INTO lock_keys",
    ].flatMap { statement in Place.allCases.map { (statement, $0) } }

    @Test("Of hundreds of queued entries one is refused: the others go through, once", arguments: refusals)
    func refused(statement: String, place: Place) throws {
        let world = try FaultWorld()
        try world.start()
        try fillQueue(of: world)
        let calls =
            world.look { pipeline in
                pipeline.queue.entries.elements.dropFirst(pipeline.queue.sent)
                    .reduce(0) { $0 + PipelineFaultTests.calls(of: statement, in: $1.changes) }
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
        try expectGoodBooks(
            world, refused: ["INSERT INTO events", "INSERT INTO recommendations"].contains(statement) ? 1 : nil)
        try expectItGoesOn(world)
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

    /// Has the writer wait in a commit until hundreds of entries stand behind it, of which nothing more comes.
    private func fillQueue(of world: FaultWorld) throws {
        world.faults.hold()
        world.sendRound(1)
        #expect(world.faults.waitUntilHeld())
        try world.wait("a full queue") {
            world.look { pipeline in
                pipeline.counters.events == 400 && pipeline.queue.count - pipeline.queue.sent >= 500
                    && pipeline.passes.values.allSatisfy { $0.phase == .committing } && pipeline.nextDeadline() == nil
            }
        }
    }

    private func expectGoodBooks(_ world: FaultWorld, refused: Int? = 0) throws {
        let ledger = try FaultLedger(world)
        #expect(ledger.problems == [], "\(world.log.text)")
        if let refused { #expect(ledger.refused.values.reduce(0, +) == refused) }
        // All of the money is used, to the last cent: what is spent twice, or not given back, shows.
        #expect(ledger.skips["unfunded", default: 0] + ledger.skips["insufficient_equity", default: 0] > 50)
        #expect(ledger.used == ExactDecimal(.of(world.reference.balance)))
    }

    /// What is sent afterwards is processed, without any help.
    private func expectItGoesOn(_ world: FaultWorld) throws {
        let before = world.look { $0.counters.events } ?? 0
        world.sendRound(2)
        try world.settle()
        #expect(world.look { $0.counters.events } == before + 400)
        try expectGoodBooks(world, refused: nil)
    }
}
