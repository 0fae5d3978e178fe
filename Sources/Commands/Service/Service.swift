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
        let broker = try configuration.servers == nil ? embeddedBroker(topics) : nil
        let servers = configuration.servers ?? broker?.bootstrapServers ?? ""
        var kafka = configuration.kafkaConfiguration(servers: servers, logger: logger.labeled("kafka"))
        guard let cluster = try findCluster(kafka) else { return .stopped(complete: true) }
        try adopt(cluster, by: store)
        let isEmbedded = cluster.isEmbedded
        if !isEmbedded { kafka.groupInstanceID = store.identity.id.description }
        try checkReferenceTopic(kafka)
        sayDelivery(isEmbedded)
        let runner = try makeRunner(kafka, isEmbedded: isEmbedded, store: store, topics: topics, changes)
        state.withLock { $0.phase = .running(runner) }
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
    private func findCluster(_ kafka: KafkaConfiguration) throws -> KafkaClusterIdentity? {
        var complained = false
        while !isStopping {
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
                while state.stopAt == nil, changed.wait(&state, until: retryAt) {}
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
            offsetMetadata: "\(identity.id):\(identity.start):\(String(identity.incarnation, radix: 16))",
            workers: configuration.workers.count ?? SystemTime.cores, logger: logger)
        return try PipelineRunner(configuration: configuration.pipeline, parts: parts, referenceFile: changes)
    }
}
