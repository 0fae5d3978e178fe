import CSQLite
import Foundation
import Support
import Testing
import TradeCore

@testable import TradePipeline
@testable import TradeStore

@Suite("Running pipelines one after the other on one store", .serialized)
struct RunnerRestartTests {
    @Test("Dropped at any moment: no outcome is missing, none is there twice, and runs rise", arguments: [1, 2, 3])
    func dropped(seed: UInt64) throws {
        var random = ContractRandom(seed: seed)
        let world = try FaultWorld()
        var runs: [[Int64]: Int64] = [:]
        for round in 1...8 as ClosedRange<Int64> {
            try world.start()
            if round % 2 == 0 { world.faults.hold() }
            world.sendRound(round)
            // With the writer held: between a commit and its being told. Otherwise anywhere.
            if round % 2 == 0 { #expect(world.faults.waitUntilHeld()) }
            let some = Int64.random(in: 0...390, using: &random)
            try world.wait("some events") { world.holds { $0.counters.events >= some } }
            world.drop()
            try expectRise(of: &runs, in: world)
        }
        try world.start()
        try world.settle()
        try world.expectGoodBooks()
        try expectRise(of: &runs, in: world)
        let earlier = runs
        world.sendRound(100)
        try world.settle()
        try expectRise(of: &runs, in: world)
        for (key, run) in runs { #expect(run > earlier[key] ?? 0, "key \(key)") }
        try world.expectGoodBooks()
    }

    @Test("Dropped in the middle of the store's trouble", arguments: ["INSERT INTO positions", "BEGIN", "COMMIT"])
    func droppedInTrouble(statement: String) throws {
        let world = try FaultWorld()
        try world.start()
        try world.fillQueue()
        let code =
            switch statement {
            case "BEGIN": SQLITE_FULL
            case "COMMIT": SQLITE_IOERR
            default: SQLITE_CONSTRAINT
            }
        world.faults.set([
            .init(prefix: statement, count: .max, verdict: .instead(code)),
            .init(call: .open, prefix: "", count: .max, verdict: .instead(SQLITE_CANTOPEN)),
        ])
        world.faults.release()
        #expect(world.faults.waitUntilStruck(3))
        world.drop()
        world.faults.set([])
        try world.start()
        try world.settle()
        try world.expectGoodBooks()
        try world.expectItGoesOn()
    }

    @Test("What a crash left is not taken for decided while it can't be read")
    func unreadIsNotQuiet() throws {
        let world = try FaultWorld()
        try world.start()
        // The inbox entries are durable, no pass is.
        world.faults.set([.init(prefix: "UPDATE recommendations", count: .max, verdict: .instead(SQLITE_CONSTRAINT))])
        world.sendRound(1)
        try world.wait("failed passes") {
            world.holds { $0.counters.events == 400 && $0.counters.passFailures > 200 }
        }
        #expect(try !world.runner.isQuiet, "retries are due")
        world.drop()
        world.faults.set([])
        world.readFaults.set([.init(prefix: "SELECT", count: .max, verdict: .instead(SQLITE_IOERR))])
        try world.start()
        #expect(world.readFaults.waitUntilStruck(3))
        #expect(try !world.runner.isQuiet)
        #expect(try world.runner.idleTime == nil)
        world.readFaults.set([])
        try world.settle()
        try world.expectGoodBooks()
    }

    /// No key's run goes down from one pipeline to the next (G1).
    private func expectRise(of runs: inout [[Int64]: Int64], in world: FaultWorld) throws {
        let connection = try Connection(path: world.place.path, mode: .readOnly, busyTimeout: 5000)
        let row = try connection.statement("SELECT expert, use_case, run FROM lock_keys")
        defer { row.reset() }
        while try row.step() {
            let key = [row.integer(0), row.integer(1)]
            #expect(row.integer(2) >= runs[key] ?? 0, "G1: key \(key)")
            runs[key] = row.integer(2)
        }
    }

    // MARK: - Duplicates

    @Test("An event that comes again after a restart has no effect, whole or in parts")
    func duplicateAfterRestart() throws {
        let world = try FaultWorld()
        try world.start()
        let first = SentEvent(id: "first", expert: 1, recommendations: [5])
        world.send([first])
        try world.settle()
        for _ in 0..<3 {
            try world.stop()
            try world.start()
            world.send([first])
            try world.settle()
        }
        // Another event that brings the same recommendation, and one that does and is new besides.
        world.send([
            SentEvent(id: "second", expert: 1, recommendations: [5]),
            SentEvent(id: "third", expert: 1, recommendations: [5, 6]),
        ])
        try world.settle()
        let ledger = try FaultLedger(world)
        #expect(ledger.problems == [])
        #expect(ledger.skips["duplicate_event"] == 5)
        #expect(ledger.ordered == 1)
    }

    /// `TRADE_MANAGER_MANY_EVENTS=1000000` makes it a million; without it there are 200,000, with caches so small that what
    /// memory knew of the first event is certainly gone: the test looks.
    @Test("An event that comes again after very many others has no effect, with and without a restart")
    func duplicateAfterMany() throws {
        let many = ProcessInfo.processInfo.environment["TRADE_MANAGER_MANY_EVENTS"].flatMap { Int64($0) } ?? 200_000
        let world = try FaultWorld()
        world.configuration.idleExperts = 4
        world.configuration.publishWindow = 100
        try world.start()
        let first = SentEvent(id: "first", expert: 1, recommendations: [5])
        world.send([first])
        try world.settle()
        for chunk in stride(from: 0, to: many, by: 20_000) {
            world.send(
                (chunk..<min(many, chunk + 20_000)).map { SentEvent(id: "other-\($0)", expert: $0 % 89 + 2) })
            try world.settle(seconds: 300)
        }
        // Experts that come now push those out of memory that nothing has used for the longest time.
        for expert in 91...100 as ClosedRange<Int64> {
            world.send([SentEvent(id: "last-\(expert)", expert: expert)])
            try world.settle()
        }
        #expect(world.look { $0.recentEvents.count } == 0)
        #expect(world.holds { $0.experts[ExpertID(1)] == nil })
        world.send([first])
        try world.settle()
        try world.stop()
        try world.start()
        world.send([first, SentEvent(id: "second", expert: 1, recommendations: [5])])
        try world.settle()
        let connection = try Connection(path: world.place.path, mode: .readOnly, busyTimeout: 5000)
        #expect(try connection.integer("SELECT count(*) FROM events") == many + 12)
        #expect(try connection.integer("SELECT count(*) FROM events WHERE id = 'first'") == 1)
        #expect(try connection.integer("SELECT count(*) FROM recommendations") == 1)
        #expect(try connection.integer("SELECT count(*) FROM positions") == 1)
        let skips = "SELECT count(*) FROM outbox WHERE topic = 1 AND CAST(value AS TEXT) LIKE '%duplicate_event%'"
        #expect(try connection.integer(skips) == 3)
        #expect(try connection.integer("SELECT count(*) FROM outbox WHERE topic = 0") == 1)
    }
}
