package import Telemetry
package import TradeContracts
package import TradeCore

/// The parts that a pipeline runs with: a source, a store with its reader, a sink, and a clock.
package struct PipelineParts {
    package var source: any RecordSource
    package var store: any Store
    package var queries: any Queries
    package var sink: any RecordSink
    package var rules: any RuleEngine
    package var topics: TopicNames
    package var clock: @Sendable () -> Moment
    /// What committed offsets carry, so that it can be told whose they are (G6).
    package var offsetMetadata: String
    package var workers: Int
    package var logger: Logger
    /// Seconds that something which has to get on may stand still before the watchdog names it.
    package var watchdogBound = 30.0

    package init(
        source: any RecordSource, store: any Store, queries: any Queries, sink: any RecordSink,
        rules: any RuleEngine = TradeRules(), topics: TopicNames, clock: @escaping @Sendable () -> Moment,
        offsetMetadata: String, workers: Int, logger: Logger
    ) {
        self.source = source
        self.store = store
        self.queries = queries
        self.sink = sink
        self.rules = rules
        self.topics = topics
        self.clock = clock
        self.offsetMetadata = offsetMetadata
        self.workers = workers
        self.logger = logger
    }
}

/// What became of a change of halts.
package enum HaltResult: Hashable, Sendable {
    /// It is durable, and holds for all that settles from now on.
    case inForce
    /// It holds in this process, but the store has not taken it yet.
    case notDurable
    /// The pipeline stops and takes nothing in any more.
    case stopping
}

/// Runs a pipeline: the one lock around the machine, and the threads that do what it asks for (design §1).
///
/// Every shell does the same: it waits until its box holds something, does that without the lock, and enters the lock once to
/// tell the machine what came of it. Batches come by themselves: what gathers while a shell works is its next batch.
package final class PipelineRunner: Sendable {
    let mailboxes: Monitor<Mailboxes>
    let writerWork: Monitor<Mailboxes>.Condition
    let readerWork: Monitor<Mailboxes>.Condition
    let workerWork: Monitor<Mailboxes>.Condition
    let relayWork: Monitor<Mailboxes>.Condition
    let timerWork: Monitor<Mailboxes>.Condition
    let ending: Monitor<Mailboxes>.Condition
    let watching: Monitor<Mailboxes>.Condition
    /// What the threads do, and how everything stands.
    let activities: [Activity]
    package let health = Health()
    let writing = Activity("writer")
    let reading = Activity("reader")
    let relaying = Activity("relay's thread")
    let consuming = Activity("consumer")
    let working: [Activity]
    let clock: @Sendable () -> Moment
    let log: PipelineLog
    private let threads: Lock<[OwnedThread]>
    // The source and the sink are used by their own threads; only `wake` and `interrupt`, which allow it, by others.
    let source: SharedPort<any RecordSource>
    let sink: SharedPort<any RecordSink>

    /// Begins where the store stands, and starts the threads. `referenceFile`: what the reference file sets.
    package init(
        configuration: PipelineConfiguration, parts: PipelineParts, referenceFile: [ReferenceChange] = []
    ) throws {
        var identities = IdentityFilter(expected: 1 << 17)
        var openPositions: [Position] = []
        var configuration = configuration
        configuration.tellsRuns = parts.logger.level <= .debug
        let snapshot = try parts.store.snapshot { identities.insert($0) }
        try parts.store.openPositions { openPositions.append($0) }
        let pipeline = Pipeline(
            configuration: configuration, snapshot: snapshot, identities: identities, openPositions: openPositions,
            now: parts.clock())
        pipeline.loadReferenceFile(referenceFile)
        mailboxes = Monitor(Mailboxes(pipeline: pipeline, now: parts.clock().monotonic))
        writerWork = mailboxes.makeCondition()
        readerWork = mailboxes.makeCondition()
        workerWork = mailboxes.makeCondition()
        relayWork = mailboxes.makeCondition()
        timerWork = mailboxes.makeCondition()
        ending = mailboxes.makeCondition()
        watching = mailboxes.makeCondition()
        working = (0..<max(1, parts.workers)).map { Activity("worker \($0)") }
        activities = [writing, reading, relaying, consuming] + working
        clock = parts.clock
        log = PipelineLog(logger: parts.logger, topics: parts.topics)
        source = SharedPort(parts.source)
        sink = SharedPort(parts.sink)
        threads = Lock([])
        start(parts)
    }

    private func start(_ parts: PipelineParts) {
        let writer = WriterShell(runner: self, store: parts.store, topics: parts.topics)
        let reader = ReaderShell(runner: self, queries: parts.queries)
        let relay = RelayShell(runner: self)
        let consumer = ConsumerShell(
            runner: self, topics: parts.topics, metadata: parts.offsetMetadata)
        let timer = TimerShell(runner: self)
        var started = [
            OwnedThread(name: "writer") { writer.run() }, OwnedThread(name: "reader") { reader.run() },
            OwnedThread(name: "relay") { relay.run() }, OwnedThread(name: "timer") { timer.run() },
        ]
        let watchdog = WatchdogShell(runner: self, topics: parts.topics, bound: parts.watchdogBound)
        started.append(OwnedThread(name: "watchdog") { watchdog.run() })
        for number in 0..<max(1, parts.workers) {
            let worker = WorkerShell(
                runner: self, rules: parts.rules, topics: parts.topics, workers: max(1, parts.workers),
                activity: working[number])
            started.append(OwnedThread(name: "worker \(number)") { worker.run() })
        }
        started.append(OwnedThread(name: "consumer") { consumer.run() })
        threads.withLock { $0 = started }
        tell { pipeline, now in pipeline.timer(now) }
    }

    /// Enters the machine once with a batch of inputs, and wakes the shells that have something to do by that. `encoder`: encodes
    /// the rows that were queued by it, so that the writer need not.
    func tell(encoder: OutputEncoder? = nil, _ input: (Pipeline, Moment) -> Void) {
        let now = clock()
        let (events, rows, wake) = mailboxes.withLock { boxes in
            let before = boxes.deadline
            input(boxes.pipeline, now)
            let (events, rows) = boxes.sort()
            return (events, rows, Wake(boxes, before: before))
        }
        wake.signal(self)
        if let encoder {
            // Back to front: a writer that has them already comes the other way.
            for row in rows.reversed() { row.encode(encoder.encode) }
        }
        for event in events { log.write(event) }
    }

    /// Asks for the stop: nothing more is taken in, what was begun is finished.
    package func stop() {
        mailboxes.withLock { $0.stopping = true }
        ending.broadcast()
        tell { pipeline, now in pipeline.stop(now) }
    }

    /// The service can't go on.
    func fail(_ reason: String, isRefused: Bool = false) {
        mailboxes.withLock { boxes in
            guard boxes.failure == nil else { return }
            boxes.failure = reason
            boxes.isRefused = isRefused
        }
        ending.broadcast()
    }

    /// Waits until the stop is asked for, or the service can't go on.
    @discardableResult
    package func waitUntilStopping() -> Bool {
        mailboxes.withLock { boxes in
            while !boxes.stopping, boxes.failure == nil { ending.wait(&boxes) }
            return boxes.stopping
        }
    }

    /// Waits until all that was begun is done after `stop`, or the service can't go on; false once the deadline has passed.
    package func waitUntilStopped(until deadline: UInt64?) -> Bool {
        mailboxes.withLock { boxes in
            while !(boxes.stopping && boxes.stopped), boxes.failure == nil {
                if !ending.wait(&boxes, until: deadline) { return false }
            }
            return true
        }
    }

    /// Halts or resumes, and waits until that is durable (R93).
    package func change(_ change: HaltChange, until deadline: UInt64?) -> HaltResult {
        let ticket = mailboxes.withLock { boxes in
            boxes.haltTicket += 1
            return boxes.haltTicket
        }
        var isTaken = false
        tell { pipeline, now in isTaken = pipeline.change(change, ticket: ticket, now: now) }
        guard isTaken else { return .stopping }
        return mailboxes.withLock { boxes in
            while boxes.halted.remove(ticket) == nil {
                if boxes.failure != nil || boxes.ended || !ending.wait(&boxes, until: deadline) { return .notDurable }
            }
            return .inForce
        }
    }

    /// Why the service can't go on; nil where it can.
    package var failure: String? { mailboxes.withLock { $0.failure } }

    /// Whether the failure is for an operator to settle before the service may run again.
    package var isRefused: Bool { mailboxes.withLock { $0.isRefused } }

    /// Ends the threads; false where one is still at work at the deadline.
    package func end(until deadline: UInt64) -> Bool {
        mailboxes.withLock { $0.ended = true }
        for condition in [writerWork, readerWork, workerWork, relayWork, timerWork, watching, ending] {
            condition.broadcast()
        }
        source.port.wake()
        sink.port.interrupt()
        var all = true
        for thread in threads.withLock({ $0 }) where !thread.join(until: deadline) { all = false }
        return all
    }

    /// What has been counted since the start.
    package var counters: PipelineCounters { mailboxes.withLock { $0.pipeline.counters } }

    /// Whether all that arrived is decided, durable and published.
    package var isQuiet: Bool { mailboxes.withLock { $0.pipeline.isQuiet } }

    /// Nanoseconds since the source last told something, where it has told all there was and all of that is decided, durable and
    /// published; else nil.
    package var idleTime: Int64? {
        let now = clock().monotonic
        return mailboxes.withLock { boxes in
            boxes.pipeline.isQuiet && boxes.pipeline.hasCaughtUp ? now - boxes.lastNews : nil
        }
    }
}

/// A port that one thread uses; the others may call what the port allows from any thread.
struct SharedPort<Port>: @unchecked Sendable {
    let port: Port

    init(_ port: Port) { self.port = port }
}

/// Which shells have something to do.
private struct Wake {
    let writer: Bool
    let reader: Bool
    let workers: Int
    let relay: Bool
    let timer: Bool
    let source: Bool
    let ending: Bool

    init(_ boxes: Mailboxes, before: Int64?) {
        writer = !boxes.commit.isEmpty || boxes.recoverStore
        reader = !boxes.loads.isEmpty
        workers = boxes.evaluations.count
        relay = boxes.publish != nil || boxes.openSink != nil
        timer = boxes.deadline != before || !boxes.spent.isEmpty || boxes.pipeline.mustFollowCommits
        source = boxes.source.isUrgent
        ending = boxes.stopped || boxes.failure != nil || !boxes.halted.isEmpty
    }

    func signal(_ runner: PipelineRunner) {
        if writer { runner.writerWork.signal() }
        if reader { runner.readerWork.signal() }
        if workers == 1 { runner.workerWork.signal() } else if workers > 1 { runner.workerWork.broadcast() }
        if relay { runner.relayWork.signal() }
        if timer { runner.timerWork.signal() }
        if source { runner.source.port.wake() }
        if ending { runner.ending.broadcast() }
    }
}
