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
    }

    private enum Phase {
        case starting
        case running(PipelineRunner)
    }

    private struct State {
        var phase = Phase.starting
        var stopAt: UInt64?
        /// Halts that came while it starts, until the thread that starts has carried them out.
        var orders: [Order] = []
        var hasEnded = false
    }

    /// A change of halts that waits for the thread that starts.
    private final class Order: @unchecked Sendable {
        // Unchecked: `result` is read and written under the lock of the state.
        let change: HaltChange
        var result: HaltResult?

        init(_ change: HaltChange) { self.change = change }
    }

    private let configuration: Configuration
    private let logger: Logger
    private let rules: any RuleEngine
    private let state: Monitor<State>
    private let changed: Monitor<State>.Condition

    /// `rules`: what evaluates; tests give one that they hold.
    package init(configuration: Configuration, logger: Logger, rules: any RuleEngine = TradeRules()) {
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
        let store = try openStore(topics)
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
        try adopt(cluster, by: store)
        let isEmbedded = cluster.isEmbedded
        if !isEmbedded { kafka.groupInstanceID = store.identity.id.description }
        try checkReferenceTopic(kafka)
        sayDelivery(isEmbedded)
        let runner = try makeRunner(kafka, isEmbedded: isEmbedded, store: store, topics: topics, changes)
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

    private var isStopping: Bool { state.withLock { $0.stopAt != nil } }

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
        if let failure = runner.failure { return .failed(failure) }
        if !complete { logger.warning("The deadline has passed: what is not published is in the outbox") }
        if !ended { logger.warning("A thread was still at work at the end") }
        return .stopped(complete: complete)
    }

    // MARK: - Halts

    private func listen(beside store: SQLiteStore) -> ControlServer? {
        do {
            return try ControlServer(path: ControlServer.path(ofStore: store.path)) { [self] request in
                logger.notice(
                    "\(request.order.rawValue) was asked for", metadata: ["reason": .text(request.reason)])
                switch change(request.change(at: SystemTime.moment.wall)) {
                case .inForce: return ControlAnswer(outcome: .inForce)
                case .stopping: return ControlAnswer(outcome: .stopping)
                case .notDurable:
                    return ControlAnswer(
                        outcome: .notDurable, message: "it holds in this process, but the store has not taken it yet")
                }
            }
        } catch {
            logger.error("No socket beside the store, so `halt` works only while the service does not run: \(error)")
            return nil
        }
    }

    private func sayHalts(_ store: SQLiteStore) {
        guard let halts = try? store.halts() else { return }
        for halt in halts { logger.warning("In force: \(halt.message)") }
    }

    /// While it starts nothing settles, and the store is this thread's.
    private func carryOutOrders(_ store: SQLiteStore) {
        let orders = takeOrders()
        for order in orders {
            let result = store.commit(order.change)
            // What was refused or is in doubt is not in force; whoever asked asks again.
            if case .inDoubt = result { _ = try? store.recover() }
            state.withLock { _ in order.result = result == .committed ? .inForce : .notDurable }
        }
        if !orders.isEmpty { changed.broadcast() }
    }

    private func takeOrders() -> [Order] {
        state.withLock { state in
            defer { state.orders = [] }
            return state.orders
        }
    }

    /// From here on the runner takes what comes; what came while it was made it gets first.
    private func run(_ runner: PipelineRunner) {
        let orders = state.withLock { state in
            state.phase = .running(runner)
            defer { state.orders = [] }
            return state.orders
        }
        for order in orders {
            let result = runner.change(order.change, until: MonotonicTime.after(seconds: 5))
            state.withLock { _ in order.result = result }
        }
        changed.broadcast()
    }

    // MARK: - The start

    private func checkProperties() throws {
        do {
            try configuration.kafkaConfiguration(servers: "127.0.0.1:1", logger: .none).check()
        } catch {
            throw ConfigurationError(
                key: "kafka.properties", from: configuration.kafka.$properties.source, error.description)
        }
    }

    private func openStore(_ topics: TopicNames) throws -> SQLiteStore {
        do {
            return try SQLiteStore.open(
                path: configuration.store.path.path, options: SQLiteStoreOptions(topics: topics))
        } catch {
            throw ConfigurationError(key: "store.path", from: configuration.store.$path.source, "\(error)")
        }
    }

    private func embeddedBroker(_ topics: TopicNames) throws -> EmbeddedBroker {
        let broker = try EmbeddedBroker(
            topics: EmbeddedBroker.topics(of: topics, partitions: EmbeddedBroker.defaultPartitions))
        logger.info("The embedded broker listens", metadata: ["bootstrap_servers": .text(broker.bootstrapServers)])
        return broker
    }

    /// Which cluster it is; nil where the stop came before it could be reached.
    private func findCluster(_ kafka: KafkaConfiguration, _ store: SQLiteStore) throws -> KafkaClusterIdentity? {
        var complained = false
        while !isStopping {
            carryOutOrders(store)
            do {
                let identity = try KafkaClusterIdentity.read(kafka, within: 1)
                if complained { logger.notice("The broker can be reached") }
                return identity
            } catch {
                if !complained {
                    logger.error(
                        "The broker at \(kafka.bootstrapServers) can't be reached, it is tried again: \(error)")
                }
                complained = true
            }
            let retryAt = MonotonicTime.after(seconds: 1)
            state.withLock { state in
                while state.stopAt == nil, state.orders.isEmpty, changed.wait(&state, until: retryAt) {}
            }
        }
        return nil
    }

    private func adopt(_ cluster: KafkaClusterIdentity, by store: SQLiteStore) throws {
        do {
            try store.adoptCluster(id: cluster.id, isEmbedded: cluster.isEmbedded)
        } catch {
            throw ConfigurationError(key: "store.path", from: configuration.store.$path.source, "\(error)")
        }
    }

    /// A topic that deletes loses reference data, and more than one partition has no order (R98).
    private func checkReferenceTopic(_ kafka: KafkaConfiguration) throws {
        guard let topic = kafka.topics.reference else { return }
        let source = configuration.kafka.topics.$reference.source
        let admin = try KafkaAdmin(kafka)
        // What can't be asked now is met again by the consumer, which says so.
        if let partitions = try? admin.partitions(of: topic), partitions > 1 {
            throw ConfigurationError(
                key: "kafka.topics.reference", from: source,
                "\(topic) has \(partitions) partitions; allowed: a topic with one")
        }
        if let policy = try? admin.setting("cleanup.policy", of: topic), !policy.contains("compact") {
            throw ConfigurationError(
                key: "kafka.topics.reference", from: source,
                "\(topic) has cleanup.policy=\(policy); allowed: a compacted topic, or null for none")
        }
    }

    private func sayDelivery(_ isEmbedded: Bool) {
        if isEmbedded {
            logger.notice("The embedded broker has no transactions: outputs are published at least once")
        } else if configuration.delivery == .exactlyOnce {
            logger.warning("delivery: exactly_once is not there yet: outputs are published at least once")
        }
    }

    private func makeRunner(
        _ kafka: KafkaConfiguration, isEmbedded: Bool, store: SQLiteStore, topics: TopicNames,
        _ changes: [ReferenceChange]
    ) throws -> PipelineRunner {
        let identity = store.identity
        let parts = PipelineParts(
            source: try KafkaConsumer(kafka, mode: isEmbedded ? .allPartitions : .group), store: store,
            queries: SQLiteQueries(path: store.path, options: SQLiteStoreOptions(topics: topics)),
            sink: try KafkaProducer(kafka), rules: rules, topics: topics,
            clock: { SystemTime.moment },
            offsetMetadata: identity.text,
            workers: configuration.workers.count ?? SystemTime.cores, logger: logger)
        return try PipelineRunner(configuration: configuration.pipeline, parts: parts, referenceFile: changes)
    }
}
