package import Settings
package import Telemetry
import TradeContracts
import TradeCore
import TradeKafka
package import TradePipeline
import TradeStore

/// The service, composed: broker, store, pipeline and their threads, from a configuration.
///
/// It starts in steps, each of which may be ended by a stop that comes meanwhile; a broker that can't be reached is tried
/// again until it can (design §7).
package final class Service: Sendable {
    /// How the service ended.
    package enum End: Sendable, Equatable {
        /// It was told to stop and did; `complete`: everything that was begun is durable and published.
        case stopped(complete: Bool)
        /// It can't go on.
        case failed(String)
        /// Something was found while running that an operator has to settle first; says what to do (G6).
        case refused(String)
    }

    enum Phase {
        case starting
        case running(PipelineRunner)
    }

    struct State {
        var phase = Phase.starting
        var stopAt: UInt64?
        /// Halts that came while it starts, until the thread that starts has carried them out.
        var orders: [Order] = []
        var hasEnded = false
    }

    /// A change of halts that waits for the thread that starts.
    final class Order: @unchecked Sendable {
        // Unchecked: `result` is read and written under the lock of the state.
        let change: HaltChange
        var result: HaltResult?

        init(_ change: HaltChange) { self.change = change }
    }

    let configuration: Configuration
    let logger: Logger
    let rules: any RuleEngine
    let watchdogBound: Double
    let state: Monitor<State>
    let changed: Monitor<State>.Condition

    /// `rules`: what evaluates; tests give one that they hold.
    /// `watchdogBound`: seconds that something may stand still before it is named.
    package init(
        configuration: Configuration, logger: Logger, rules: any RuleEngine = TradeRules(), watchdogBound: Double = 30
    ) {
        self.watchdogBound = watchdogBound
        self.configuration = configuration
        self.logger = logger
        self.rules = rules
        state = Monitor(State())
        changed = state.makeCondition()
    }

    /// Runs until `stop`, or until the service can't go on. Throws a `ConfigurationError` for what the start finds wrong.
    /// `started` is called with the bootstrap servers once records are being read.
    package func run(started: (String) -> Void = { _ in }) throws -> End {
        let changes = try ReferenceFileReader.changes(configuration.reference.$file)
        for change in changes { for warning in change.warnings { logger.warning("Reference data: \(warning)") } }
        let topics = configuration.topicNames
        try checkProperties()
        guard let store = try openStore(topics) else { return .stopped(complete: true) }
        CrashPoint.storeOpened.reached()
        Allocator.giveBackInBackground()
        defer {
            state.withLock { $0.hasEnded = true }
            changed.broadcast()
        }
        let control = listen(beside: store)
        defer { control?.stop() }
        sayHalts(store)
        let broker = try configuration.servers == nil ? embeddedBroker(topics) : nil
        let servers = configuration.servers ?? broker?.bootstrapServers ?? ""
        var kafka = configuration.kafkaConfiguration(servers: servers, logger: logger.labeled("kafka"))
        guard let cluster = try findCluster(kafka, store) else { return .stopped(complete: true) }
        guard try adopt(cluster, by: store) else { return .stopped(complete: true) }
        CrashPoint.clusterAdopted.reached()
        if !cluster.isEmbedded { kafka.groupInstanceID = store.identity.id.description }
        try checkReferenceTopic(kafka)
        guard let identity = try checkIdentity(kafka, cluster, store) else { return .stopped(complete: true) }
        guard try whenStoreCan({ try store.confirmFile() }) != nil else { return .stopped(complete: true) }
        CrashPoint.identityChecked.reached()
        kafka.refusesCommit = { text in
            text.isEmpty || identity.owner.isAccepted
                ? nil : identity.owner.refusal(of: text, what: "an offset of the group")
        }
        sayDelivery(cluster.isEmbedded)
        guard let runner = try makeRunner(kafka, cluster, identity, store: store, topics: topics, changes) else {
            return .stopped(complete: true)
        }
        run(runner)
        logger.info(
            "Running",
            metadata: [
                "store": .text(store.path), "store_id": .text(store.identity.id.description),
                "start": .integer(store.identity.start), "bootstrap_servers": .text(servers),
            ])
        started(servers)
        defer { withExtendedLifetime(broker) {} }
        return finish(runner)
    }

    /// Asks for the stop, from any thread, at any time.
    package func stop() {
        let deadline = MonotonicTime.after(seconds: configuration.shutdown.deadline)
        let phase = state.withLock { state -> Phase in
            if state.stopAt == nil { state.stopAt = deadline }
            return state.phase
        }
        changed.broadcast()
        if case .running(let runner) = phase { runner.stop() }
    }

    /// Halts or resumes, from any thread, at any time (R93); waits until that is durable, some seconds at most.
    func change(_ change: HaltChange) -> HaltResult {
        let deadline = MonotonicTime.after(seconds: 10)
        let order = Order(change)
        let runner = state.withLock { state -> PipelineRunner? in
            if case .running(let runner) = state.phase { return runner }
            state.orders.append(order)
            return nil
        }
        if let runner { return runner.change(change, until: deadline) }
        changed.broadcast()
        return state.withLock { state in
            while order.result == nil {
                if state.hasEnded { return .stopping }
                if !changed.wait(&state, until: deadline) {
                    state.orders.removeAll { $0 === order }
                    return order.result ?? .stopping
                }
            }
            return order.result ?? .stopping
        }
    }

    /// What is well and what is not; nothing while it starts.
    package var conditions: [Health.Condition] {
        if case .running(let runner) = state.withLock({ $0.phase }) { return runner.health.conditions }
        return []
    }

    /// What has been counted; nil while it starts.
    package var counters: PipelineCounters? {
        if case .running(let runner) = state.withLock({ $0.phase }) { return runner.counters }
        return nil
    }

    /// Whether all that arrived is decided, durable and published.
    package var isQuiet: Bool {
        if case .running(let runner) = state.withLock({ $0.phase }) { return runner.isQuiet }
        return false
    }

    /// Nanoseconds since the source last told something, where all of it is decided, durable and published; else nil.
    package var idleTime: Int64? {
        if case .running(let runner) = state.withLock({ $0.phase }) { return runner.idleTime }
        return nil
    }

    var isStopping: Bool { state.withLock { $0.stopAt != nil } }

    // MARK: - The end

    private func finish(_ runner: PipelineRunner) -> End {
        // A stop that came between composing and here has not reached the runner.
        if isStopping { runner.stop() }
        runner.waitUntilStopping()
        let stopAt = state.withLock { $0.stopAt } ?? MonotonicTime.after(seconds: configuration.shutdown.deadline)
        // The last fifth of the time belongs to leaving the group and closing.
        let closing = UInt64(configuration.shutdown.deadline * 0.2e9)
        let complete = runner.failure == nil && runner.waitUntilStopped(until: stopAt - min(closing, stopAt))
        let ended = runner.end(until: stopAt)
        if let failure = runner.failure { return runner.isRefused ? .refused(failure) : .failed(failure) }
        if !complete { logger.warning("The deadline has passed: what is not published is in the outbox") }
        if !ended { logger.warning("A thread was still at work at the end") }
        return .stopped(complete: complete)
    }
}
