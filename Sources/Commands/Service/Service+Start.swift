import Settings
import Telemetry
import TradeContracts
import TradeCore
import TradeKafka
import TradePipeline
import TradeStore

// The steps of the start, each of which a stop may end.
extension Service {
    func checkProperties() throws {
        do {
            try configuration.kafkaConfiguration(servers: "127.0.0.1:1", logger: .none).check()
        } catch {
            throw ConfigurationError(
                key: "kafka.properties", from: configuration.kafka.$properties.source, error.description)
        }
    }

    /// Opens the store; where another process holds it, this one stands by until that ends (G10). Nil where the stop came first.
    func openStore(_ topics: TopicNames) throws -> SQLiteStore? {
        var isStandingBy = false
        while !isStopping {
            do {
                let options = SQLiteStoreOptions(topics: topics)
                let path = configuration.store.path.path
                let opened = try whenStoreCan { () throws(StoreError) in
                    try SQLiteStore.open(path: path, options: options)
                }
                guard let store = opened else { return nil }
                if isStandingBy { logger.notice("The store is free: taking over") }
                return store
            } catch .held(let path, let holder) {
                if !isStandingBy {
                    logger.notice(
                        "Standing by: the store is in use",
                        metadata: ["store": .text(path), "holder": .text(holder?.description ?? "unknown")])
                }
                isStandingBy = true
            } catch {
                throw ConfigurationError(key: "store.path", from: configuration.store.$path.source, "\(error)")
            }
            wait(seconds: Service.standByPause)
        }
        return nil
    }

    /// Does something with the store, and where that has no room, is locked by a program that is none of ours, or can't be read or
    /// written, does it again until it works: as while running, that ends no service. Nil where the stop came first.
    func whenStoreCan<Answer, Failure: Error>(_ attempt: () throws(Failure) -> Answer) throws(Failure) -> Answer? {
        var hasComplained = false
        while !isStopping {
            do throws(Failure) { return try attempt() } catch {
                guard let failure = error as? StoreError, failure.mayPass else { throw error }
                if !hasComplained { logger.error("The store is unavailable, it is tried again: \(failure)") }
                hasComplained = true
            }
            wait(seconds: 1)
        }
        return nil
    }

    /// Seconds between two looks at a store that another process holds.
    private static let standByPause = 0.05

    /// Returns early where the stop is asked for.
    private func wait(seconds: Double) {
        let end = MonotonicTime.after(seconds: seconds)
        state.withLock { state in while state.stopAt == nil, changed.wait(&state, until: end) {} }
    }

    func embeddedBroker(_ topics: TopicNames) throws -> EmbeddedBroker {
        let broker = try EmbeddedBroker(
            topics: EmbeddedBroker.topics(of: topics, partitions: EmbeddedBroker.defaultPartitions))
        logger.info("The embedded broker listens", metadata: ["bootstrap_servers": .text(broker.bootstrapServers)])
        return broker
    }

    /// Which cluster it is; nil where the stop came before it could be reached.
    func findCluster(_ kafka: KafkaConfiguration, _ store: SQLiteStore) throws -> KafkaClusterIdentity? {
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

    /// False where the stop came first.
    func adopt(_ cluster: KafkaClusterIdentity, by store: SQLiteStore) throws -> Bool {
        do {
            return try whenStoreCan { () throws(StoreError) in
                try store.adoptCluster(id: cluster.id, isEmbedded: cluster.isEmbedded)
            } != nil
        } catch {
            throw ConfigurationError(key: "store.path", from: configuration.store.$path.source, "\(error)")
        }
    }

    /// A topic that deletes loses reference data, and more than one partition has no order (R98).
    func checkReferenceTopic(_ kafka: KafkaConfiguration) throws {
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

    func sayDelivery(_ isEmbedded: Bool) {
        if isEmbedded, configuration.delivery == .exactlyOnce {
            logger.notice("The embedded broker has no transactions: outputs are published at least once")
        }
    }

    /// Whose offsets and marks are there (G6); nil where the stop came before that could be found out.
    func checkIdentity(
        _ kafka: KafkaConfiguration, _ cluster: KafkaClusterIdentity, _ store: SQLiteStore
    ) throws -> StartIdentity? {
        let check = IdentityCheck(
            configuration: configuration, kafka: kafka, cluster: cluster, store: store, logger: logger)
        return try whenStoreCan {
            try check.run(
                isStopping: { self.isStopping },
                pause: { seconds in
                    self.carryOutOrders(store)
                    self.wait(seconds: seconds)
                })
        } ?? nil
    }

    /// Nil where the stop came before the store could be read.
    func makeRunner(
        _ kafka: KafkaConfiguration, _ cluster: KafkaClusterIdentity, _ identity: StartIdentity, store: SQLiteStore,
        topics: TopicNames, _ changes: [ReferenceChange]
    ) throws -> PipelineRunner? {
        var pipeline = configuration.pipeline
        pipeline.startOffsets = identity.startOffsets
        let place = configuration.relayPlace(cluster)
        let relay = RelayIdentity(relayID: configuration.relayID, owner: identity.owner)
        pipeline.relay = place
        let sink: any RecordSink =
            place.delivery == .exactlyOnce
            ? try TransactionalProducer(kafka, relay: relay)
            : try KafkaProducer(kafka, relay: cluster.isEmbedded ? nil : relay)
        var parts = PipelineParts(
            source: try KafkaConsumer(
                kafka, mode: cluster.isEmbedded ? .allPartitions : .group,
                positions: store.inputPositions),
            store: store,
            queries: SQLiteQueries(path: store.path, options: SQLiteStoreOptions(topics: topics)), sink: sink,
            rules: rules, topics: topics, clock: { SystemTime.moment }, offsetMetadata: store.identity.text,
            workers: configuration.workers.count ?? SystemTime.cores, logger: logger)
        parts.watchdogBound = watchdogBound
        return try whenStoreCan {
            try PipelineRunner(configuration: pipeline, parts: parts, referenceFile: changes)
        }
    }
}
