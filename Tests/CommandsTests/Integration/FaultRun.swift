import Foundation
import ServiceSupport
import Testing

/// A service as a process of its own, under load, while something fails: whether it gets over that by itself, how long that takes,
/// and what is there at the end.
struct FaultRun {
    /// Each order takes a part of what the account has left: with so little an event still leads to an order after a hundred
    /// thousand of them, however long a machine takes for a fault.
    static let reference = TestReference(share: "0.01")

    let harness: ServiceHarness
    let outputs: OutputReader
    private(set) var process: ChildProcess
    let load: EventLoad

    /// Starts the service, then the load. `more`: of its configuration.
    init(_ harness: ServiceHarness, perSecond rate: Double = 200, more: String = "") throws {
        self.harness = harness
        outputs = try harness.site.outputs()
        process = try harness.spawn(more)
        guard process.waitForErrors("Running", seconds: 60) else { throw ServiceFailure(process.errors) }
        load = EventLoad(harness.site, perSecond: rate)
        _ = try expectProgress("before anything fails")
    }

    /// Kills the service.
    func kill() {
        process.send(SIGKILL)
        #expect(process.waitForExit() == .signal(SIGKILL))
    }

    /// Kills the service while another one stands by, which takes its place.
    mutating func handOver() throws {
        let standBy = try harness.spawn()
        #expect(standBy.waitForErrors("Standing by"), "\(standBy.errors)")
        kill()
        process = standBy
        #expect(process.waitForErrors("Running"), "\(log)")
    }

    /// Starts the next service in its place; before it can run, once it says `text`, something is mended.
    mutating func startAgain(whenItSays text: String? = nil, _ mend: () throws -> Void = {}) throws {
        process = try harness.spawn()
        if let text { #expect(process.waitForErrors(text), "\(log)") }
        try mend()
        #expect(process.waitForErrors("Running"), "\(log)")
    }

    /// The newest lines of the service's log.
    var log: String { String(process.errors.suffix(4_000)) }

    /// Waits until something that is published from now on is through: taken in, decided, durable, published and known to be. The
    /// seconds that this took from `start` on.
    @discardableResult
    func expectProgress(
        _ what: String, since start: ContinuousClock.Instant = .now, within seconds: Double = 90
    ) throws -> Double {
        let published = load.published
        let store = try harness.store()
        var row: Int64?
        var loaded: ContinuousClock.Instant?
        let goesOn = try Eventually.holds(seconds: seconds, every: 0.01) {
            if let failure = load.failure { throw failure }
            if loaded == nil, load.published > published { loaded = .now }
            if row == nil {
                let decided = "SELECT count(*) FROM recommendations WHERE id > \(published) AND outcome IS NOT NULL"
                if try store.integer(decided) > 0 { row = try store.integer("SELECT last_outbox FROM store") }
            }
            guard let row else { return false }
            return try store.integer("SELECT relay_mark FROM store") >= row
        }
        #expect(goesOn, "\(what): nothing new is published after \(seconds) s\n\(log)")
        let stood = (loaded ?? .now) - start
        if stood > .seconds(2) { print("\(what): the load itself stood still for \(stood / .seconds(1)) s") }
        if !goesOn { throw ServiceFailure("\(what): it does not go on") }
        return (ContinuousClock.Instant.now - start) / .seconds(1)
    }

    /// Whether all that is published by now is durable by now.
    func expectDurable(_ what: String) throws {
        for _ in 0..<10 { _ = outputs.read(seconds: 0.1) { _ in false } }
        let mark = try harness.kafkaMark() ?? 0
        let durable = try harness.store().integer("SELECT last_outbox FROM store")
        #expect(outputs.all.count <= durable && mark <= durable, "\(what): \(outputs.all.count) outputs, mark \(mark)")
    }

    /// Ends the load and the service, and holds all that came in against all that went out.
    func finish(_ what: String) throws {
        let count = try load.stop()
        let isDone = try harness.waitUntilPublished(seconds: 90, every: 0.05) { store in
            try store.integer("SELECT count(*) FROM events") == count
        }
        #expect(isDone, "G2, \(what): \(log)")
        process.send(SIGTERM)
        #expect(process.waitForExit() == .code(0), "\(what): \(log)")
        #expect(try Ledger.problems(of: harness, with: outputs) == [], "\(what)")
        // A broker may have said of a row that it is too large.
        let outcomes = outputs.orders.count + outputs.skips("undeliverable").count
        #expect(outcomes == count, "\(what): an order for each of \(count) events, or why there is none")
        print("\(what): \(count) events, each once")
    }
}
