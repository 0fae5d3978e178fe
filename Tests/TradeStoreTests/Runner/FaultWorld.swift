import Foundation
import Support
import Telemetry
import TradeContracts
import TradeCore

@testable import TradePipeline
@testable import TradeStore

/// The shipped pipeline with its threads over a real SQLite file, between topics in memory.
final class FaultWorld {
    struct Failure: Error, CustomStringConvertible { let description: String }

    let place: TemporaryStore
    let topics = MemoryTopics(partitions: [.events(0), .events(1), .updates(0)])
    let published = PublishedRows()
    let faults = StoreFaults()
    /// The same for the reader's connection.
    let readFaults = StoreFaults()
    let log = KeptLog()
    let reference: FaultReference
    var configuration = PipelineConfiguration()
    var workers = 2
    private(set) var sent: [SentEvent] = []
    private(set) var store: SQLiteStore?
    private(set) var current: PipelineRunner?

    init(_ reference: FaultReference = FaultReference(experts: 1...100, balance: 20_000, share: 2)) throws {
        place = try TemporaryStore()
        self.reference = reference
        configuration.retry = RetryPolicy(attempts: 8, initial: 5_000_000, maximum: 40_000_000)
        configuration.locks.wait = 50_000_000
        // So few records wait that the timer would never take any in.
        configuration.intakeAtCommit = 10
    }

    deinit { drop() }

    var runner: PipelineRunner {
        get throws {
            guard let current else { throw Failure(description: "no pipeline runs") }
            return current
        }
    }

    /// Opens the store and starts a pipeline on it; comes back once its reference data is durable.
    func start() throws {
        var options = SQLiteStoreOptions()
        options.probe = faults.probe
        options.topics = names
        let store = try SQLiteStore.open(path: place.path, options: options)
        self.store = store
        var readOptions = SQLiteStoreOptions(topics: names)
        readOptions.probe = readFaults.probe
        let parts = PipelineParts(
            source: MemorySource(topics), store: store,
            queries: SQLiteQueries(path: store.path, options: readOptions),
            sink: MemorySink(published), topics: names,
            clock: { Moment(monotonic: Int64(MonotonicTime.now), wall: Build.time) }, offsetMetadata: "test",
            workers: workers,
            logger: Logger(label: "test", level: .notice, handler: log))
        let runner = try PipelineRunner(configuration: configuration, parts: parts, referenceFile: reference.changes)
        current = runner
        try wait("the start") { holds { $0.referenceReady && $0.partitions.count == topics.partitions.count } }
    }

    private var names: TopicNames {
        var names = TopicNames()
        names.reference = nil
        return names
    }

    /// The orderly stop.
    func stop() throws {
        let runner = try runner
        runner.stop()
        guard runner.waitUntilStopped(until: MonotonicTime.after(seconds: 30)) else {
            throw Failure(description: "the pipeline does not stop")
        }
        drop()
    }

    /// Ends the threads wherever they are: what a crash of the service leaves, as far as one process can.
    func drop() {
        faults.release()
        if let current, !current.end(until: MonotonicTime.after(seconds: 30)) { log.note("threads did not end") }
        current = nil
        store?.close()
        store = nil
    }

    /// Looks at the machine, under its lock.
    func look<Result>(_ body: (Pipeline) -> Result) -> Result? {
        current?.mailboxes.withLock { body($0.pipeline) }
    }

    /// Whether a machine runs of which this holds.
    func holds(_ condition: (Pipeline) -> Bool) -> Bool { look(condition) ?? false }

    // MARK: - Input

    func send(_ events: [SentEvent]) {
        sent += events
        for (partition, events) in Dictionary(grouping: events, by: \.partition) {
            topics.append(events.map(\.record), to: partition)
        }
    }

    /// Events of every expert: entries with one recommendation each, and a look at its positions. Numbers begin behind `round`.
    func sendRound(_ round: Int64, entries: Int64 = 3) {
        var events: [SentEvent] = []
        for place in 1...entries {
            for expert in reference.experts {
                let id = round * 1_000_000 + expert * 100 + place
                events.append(SentEvent(id: "enter-\(id)", expert: expert, recommendations: [id]))
            }
        }
        for expert in reference.experts {
            let id = round * 1_000_000 + expert * 100
            events.append(
                SentEvent(id: "manage-\(id)", expert: expert, useCase: .openPositions, recommendations: [id]))
        }
        send(events)
    }

    // MARK: - Waiting

    /// Waits for what can only be looked at.
    func wait(_ what: String, seconds: Double = 60, until condition: () throws -> Bool) throws {
        let deadline = MonotonicTime.after(seconds: seconds)
        while try !condition() {
            guard MonotonicTime.now < deadline else {
                let state =
                    look { $0.describe(DescriptionFrame(now: Moment(monotonic: 0, wall: Build.time))) }
                    ?? "nothing runs"
                throw Failure(
                    description: "\(what) did not come within \(seconds) s\n\(log.text)\n\(state.prefix(4000))")
            }
            Thread.sleep(forTimeInterval: 0.002)
        }
    }

    /// Waits until all that was sent is decided, durable and published, and no retry is due.
    func settle(seconds: Double = 60) throws {
        try wait("rest", seconds: seconds) {
            topics.isDelivered && holds { $0.isQuiet }
        }
    }
}

/// Keeps what a pipeline logs, for a test that fails.
final class KeptLog: LogHandler {
    private let lines = Lock<[String]>([])

    var text: String { lines.withLock { $0.suffix(20).joined(separator: "\n") } }

    func count(_ beginning: String) -> Int { lines.withLock { $0.count { $0.hasPrefix(beginning) } } }

    func log(_ event: LogEvent) { note(event.message) }

    func note(_ line: String) { lines.withLock { $0.append(line) } }
}
