import Telemetry
package import TradeContracts
package import TradeKafka

/// A broker with topics of its own for one test.
package final class BrokerSite {
    package let kind: ServiceBroker
    /// Nil on a real Kafka.
    package let embedded: EmbeddedBroker?
    package let servers: String
    package let topics: TopicNames
    package let group: String
    private let partitions: Int32
    private let replication: Int32
    private let configuration: KafkaConfiguration
    private var publisher: KafkaPublisher?

    /// Starts the embedded broker or finds the real one, and makes the topics, with names that no other test has.
    ///
    /// `servers`: another real Kafka than the one of all tests. `replication`: copies of each record there.
    package init(
        _ kind: ServiceBroker, partitions: Int32 = 4, servers other: String? = nil, replication: Int32 = 1
    ) throws {
        self.kind = kind
        let run = String(UInt64.random(in: 0 ... .max), radix: 36)
        var topics = TopicNames()
        topics.analysisCompleted = "analysis-\(run)"
        topics.orderUpdates = "updates-\(run)"
        topics.reference = "reference-\(run)"
        topics.ordersCreated = "orders-\(run)"
        topics.eventsSkipped = "skipped-\(run)"
        topics.deadLetters = "dead-\(run)"
        self.topics = topics
        group = "group-\(run)"
        let wanted = EmbeddedBroker.topics(of: topics, partitions: partitions)
        embedded = kind == .embedded ? try EmbeddedBroker(topics: wanted) : nil
        servers = embedded?.bootstrapServers ?? other ?? ServiceBroker.realServers ?? ""
        var configuration = KafkaConfiguration(bootstrapServers: servers)
        configuration.topics = topics
        // Bytes that are too large for the service have to get there first.
        // A node that hangs is given up sooner than by default.
        configuration.producerProperties = ["message.max.bytes": "20000000", "socket.timeout.ms": "10000"]
        self.configuration = configuration
        self.partitions = partitions
        self.replication = replication
        guard kind == .kafka else { return }
        try makeTopics(wanted)
    }

    /// Makes the topics of a real Kafka that are not there.
    package func makeTopics() throws { try makeTopics(EmbeddedBroker.topics(of: topics, partitions: partitions)) }

    private func makeTopics(_ wanted: [String: Int32]) throws {
        let made = try KafkaAdmin(configuration).create(
            wanted.map { name, count in
                let settings =
                    name == topics.reference ? ["cleanup.policy": "compact"] : ["max.message.bytes": "20000000"]
                return .init(name: name, partitions: count, replication: replication, settings: settings)
            })
        for case (let name, .failed(let error)) in made { throw ServiceFailure("\(name): \(error)") }
    }

    /// An embedded broker that somebody else started, with these topics.
    package init(at servers: String, topics: TopicNames) {
        kind = .embedded
        embedded = nil
        self.servers = servers
        self.topics = topics
        group = "trade-manager"
        partitions = 1
        replication = 1
        var configuration = KafkaConfiguration(bootstrapServers: servers)
        configuration.topics = topics
        self.configuration = configuration
    }

    /// Publishes records in order, and waits until the broker has them. After a failure it may be called again: some may be there
    /// already.
    package func publish(_ records: [TestRecord]) throws {
        let messages = records.map { record in
            KafkaPublisher.Message(
                topic: topics.name(of: record.topic),
                record: OutgoingRecord(key: record.key, value: record.value, headers: record.headers))
        }
        let publisher = try publisher ?? KafkaPublisher(configuration)
        self.publisher = nil
        try publisher.publish(messages)
        self.publisher = publisher
    }

    /// Publishes records to an output topic, whatever topic they are of: as somebody else might.
    package func publish(_ records: [TestRecord], to topic: OutputTopic) throws {
        let publisher = try publisher ?? KafkaPublisher(configuration)
        self.publisher = publisher
        try publisher.publish(
            records.map { record in
                KafkaPublisher.Message(
                    topic: topics.name(of: topic),
                    record: OutgoingRecord(key: record.key, value: record.value, headers: record.headers))
            })
    }

    /// Reads the output topics from their beginning.
    package func outputs() throws -> OutputReader { try OutputReader(configuration, group: group) }

    /// The sum of the ends of a topic's partitions: how many records it was ever given.
    package func ends(of topic: String, partitions: Int32 = 4) throws -> Int64 {
        let admin = try KafkaAdmin(configuration)
        return try (0..<partitions).reduce(0) { sum, partition in
            try sum + admin.watermarks(of: KafkaPartition(topic: topic, partition: partition)).high
        }
    }

    /// The offsets that the service's group has committed and the ends of its partitions, where they differ.
    package func lag(of topic: String, partitions: Int32 = 4) throws -> [String] {
        let admin = try KafkaAdmin(configuration, groupID: group)
        let all = (0..<partitions).map { KafkaPartition(topic: topic, partition: $0) }
        let committed = try admin.committed(all)
        return try all.compactMap { partition in
            let end = try admin.watermarks(of: partition).high
            let next = committed[partition]?.nextOffset ?? 0
            return next == end ? nil : "\(topic) partition \(partition.partition): \(next) of \(end)"
        }
    }
}

/// Something that a test needs is not there.
package struct ServiceFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
