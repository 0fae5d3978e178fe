package import Settings
import TradeContracts
import TradeKafka
package import TradePipeline
import TradeStore

/// A place for services of one test: a folder with store and reference file, a broker with topics. Services are started and
/// stopped over it, one after the other.
package final class ServiceHarness {
    package let site: BrokerSite
    package let folder: TemporaryFolder
    /// What the next start runs with.
    package var configuration: Configuration
    /// What the next process has of the library's properties for its consumer.
    package var consumerProperties: [String: String] = [:]

    /// `reference`: what the reference file holds; nil: there is none.
    package convenience init(
        _ broker: ServiceBroker, reference: TestReference? = TestReference(), partitions: Int32 = 4
    ) throws {
        try self.init(at: BrokerSite(broker, partitions: partitions), reference: reference)
    }

    package init(at site: BrokerSite, reference: TestReference? = TestReference()) throws {
        self.site = site
        folder = try TemporaryFolder()
        var configuration = Configuration()
        configuration.kafka.bootstrapServers = .servers([site.servers])
        configuration.kafka.groupID = site.group
        configuration.kafka.topics.analysisCompleted = site.topics.analysisCompleted
        configuration.kafka.topics.orderUpdates = site.topics.orderUpdates
        configuration.kafka.topics.reference = site.topics.reference
        configuration.kafka.topics.ordersCreated = site.topics.ordersCreated
        configuration.kafka.topics.eventsSkipped = site.topics.eventsSkipped
        configuration.kafka.topics.deadLetters = site.topics.deadLetters
        configuration.store.path = ConfiguredPath(folder.file("store.sqlite"))
        configuration.workers.count = 4
        configuration.http.port = nil
        if let reference {
            configuration.reference.file = ConfiguredPath(try folder.write(reference.file, to: "reference.yaml"))
        }
        self.configuration = configuration
    }

    /// Starts a service and waits until it reads. One that ran before has to be stopped.
    package func start(_ rules: any RuleEngine = TradeRules(), watchdogBound: Double = 30) throws -> RunningService {
        // The lock of the store goes with the last thread of the service before, a moment after its end.
        _ = Eventually.holds { (try? StoreLock(store: configuration.store.path.path)) != nil }
        let service = RunningService(configuration, rules, watchdogBound: watchdogBound)
        guard service.waitUntilRunning() else {
            throw ServiceFailure("the service does not run:\n\(service.log.text)")
        }
        return service
    }

    /// Starts the service as a process of its own, with what `more` adds to its configuration.
    ///
    /// `crashAt`: where a debug build kills itself (`CrashPoint`).
    package func spawn(_ more: String = "", crashAt: String? = nil) throws -> ChildProcess {
        let file = try folder.write(configurationFile(more), to: "trade-manager.yaml")
        return try ChildProcess(
            BuiltProgram.tradeManager, ["run", "--config", file],
            environment: crashAt.map { ["CRASH_AT": $0] } ?? [:], folder: folder.path)
    }

    package func store() throws -> StoreFileReader { try StoreFileReader(path: configuration.store.path.path) }

    /// How far everything is published by what a real Kafka says.
    package func kafkaMark() throws -> Int64? {
        var kafka = KafkaConfiguration(bootstrapServers: site.servers)
        kafka.topics = site.topics
        let relayID = configuration.kafka.relayID ?? RelayIdentity.defaultID(ordersTopic: site.topics.ordersCreated)
        return try KafkaRelayMark.read(kafka, relayID: relayID, readCommitted: true)?.number
    }

    /// Whether the store has nothing left to decide or to publish, once `condition` holds, too; false where that doesn't come.
    package func waitUntilPublished(
        seconds: Double, every pause: Double = 0.02, where condition: (StoreFileReader) throws -> Bool = { _ in true }
    ) throws -> Bool {
        let store = try store()
        return try Eventually.holds(seconds: seconds, every: pause) {
            let open = try store.integer(
                "SELECT (SELECT count(*) FROM recommendations WHERE outcome IS NULL) + last_outbox - relay_mark FROM store"
            )
            return try open == 0 && condition(store)
        }
    }

    /// The configuration of a service in a process of its own, as YAML.
    package func configurationFile(_ more: String = "") -> String {
        let topics = site.topics
        let properties = consumerProperties.sorted { $0.key < $1.key }.map { "\($0.key): \"\($0.value)\"" }
        let consumer = properties.isEmpty ? "" : "\n  consumer_properties: {\(properties.joined(separator: ", "))}"
        let reference = configuration.reference.file.map { "\nreference: {file: \($0.path)}" } ?? ""
        return """
            kafka:
              bootstrap_servers: \(configuration.kafka.bootstrapServers)
              group_id: \(site.group)
              topics: {analysis_completed: \(topics.analysisCompleted), order_updates: \(topics.orderUpdates),
                reference: \(topics.reference ?? "null"), orders_created: \(topics.ordersCreated),
                events_skipped: \(topics.eventsSkipped), dead_letters: \(topics.deadLetters)}\(consumer)
            store: {path: \(configuration.store.path.path)}
            http: {port: null}\(reference)
            \(more)
            """
    }
}
