import Foundation
import Settings
import Telemetry
import TradeContracts
import TradeKafka
import TradePipeline

// From the configuration to what each part wants. Spans become nanoseconds here.
extension Configuration {
    /// The names of all topics.
    var topicNames: TopicNames {
        var names = TopicNames()
        names.analysisCompleted = kafka.topics.analysisCompleted
        names.orderUpdates = kafka.topics.orderUpdates
        names.reference = kafka.topics.reference
        names.ordersCreated = kafka.topics.ordersCreated
        names.eventsSkipped = kafka.topics.eventsSkipped
        names.deadLetters = kafka.topics.deadLetters
        return names
    }

    /// The settings of the machine.
    var pipeline: PipelineConfiguration {
        var pipeline = PipelineConfiguration()
        pipeline.locks = LockPolicy(
            whenBusy: WhenBusy(rawValue: locks.whenBusy.rawValue) ?? .coalesce, wait: nanoseconds(locks.wait),
            queueLimit: locks.queueLimit)
        pipeline.clock = clock == .event ? .event : .wall
        pipeline.retry = RetryPolicy(
            attempts: retry.attempts, initial: nanoseconds(retry.initial), maximum: nanoseconds(retry.max))
        pipeline.maxInFlight = workers.maxInFlight
        pipeline.validFor = orders.validFor.map { Int64($0) }
        pipeline.explanations = outputs.explanations
        pipeline.start = kafka.start == .end ? .end : .beginning
        return pipeline
    }

    /// The relay's group and transactional id.
    var relayID: String { kafka.relayID ?? RelayIdentity.defaultID(ordersTopic: kafka.topics.ordersCreated) }

    /// Where the relay publishes to, and how.
    func relayPlace(_ cluster: KafkaClusterIdentity) -> RelayPlace {
        cluster.isEmbedded
            ? RelayPlace(name: "", delivery: .atLeastOnce)
            : RelayPlace(name: "\(cluster.id)/\(relayID)", delivery: relayDelivery)
    }

    private var relayDelivery: RelayDelivery { delivery == .exactlyOnce ? .exactlyOnce : .atLeastOnce }

    /// How to reach the broker; `servers`: those of the embedded broker where it runs in this process.
    func kafkaConfiguration(servers: String, logger: Logger) -> KafkaConfiguration {
        var configuration = KafkaConfiguration(bootstrapServers: servers)
        configuration.clientID = kafka.clientID
        configuration.groupID = kafka.groupID
        configuration.topics = topicNames
        configuration.start = kafka.start == .end ? .end : .beginning
        configuration.properties = kafka.properties.values
        configuration.consumerProperties = kafka.consumerProperties.values
        configuration.producerProperties = kafka.producerProperties.values
        configuration.log = { line in
            let level: LogLevel = line.level <= 3 ? .warning : line.level <= 5 ? .info : .debug
            logger.log(level, line.message, metadata: ["facility": .text(line.facility)])
        }
        return configuration
    }

    /// The servers that the configuration names; nil: the embedded broker.
    var servers: String? {
        if case .servers(let servers) = kafka.bootstrapServers { return servers.joined(separator: ",") }
        return nil
    }

    /// The path of a store that has to be there already: a command must not make one where it only looked in the wrong place.
    func existingStore() throws(ConfigurationError) -> String {
        let path = store.path.path
        guard FileManager.default.fileExists(atPath: path) else {
            throw ConfigurationError(key: "store.path", from: store.$path.source, "\(path): there is no store")
        }
        return path
    }

    /// The servers that another process than the service's own can reach; throws where the broker is embedded in that.
    func reachableServers(for command: String) throws(UsageError) -> String {
        if let servers { return servers }
        throw UsageError(
            "kafka.bootstrap_servers is `embedded`, which only the service's own process reaches; name the address that it "
                + "logs, or that `trade-manager broker` prints", command: command)
    }

    /// Writes to standard error.
    func logger(_ handler: any LogHandler) -> Logger {
        Logger(label: "trade-manager", level: LogLevel(rawValue: log.level.rawValue) ?? .info, handler: handler)
    }

    private func nanoseconds(_ seconds: Double) -> Int64 {
        let value = seconds * 1e9
        guard value.isFinite, value > 0 else { return 0 }
        return value >= 9e18 ? .max : Int64(value)
    }
}
