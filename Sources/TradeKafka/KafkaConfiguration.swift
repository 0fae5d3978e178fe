package import TradeContracts

/// A line of librdkafka's own log.
package struct KafkaLogLine: Hashable, Sendable {
    /// As in syslog: 3 error, 4 warning, 5 notice, 6 information, 7 debug.
    package var level: Int32
    package var facility: String
    package var message: String

    package init(level: Int32, facility: String, message: String) {
        self.level = level
        self.facility = facility
        self.message = message
    }
}

/// How to reach Kafka and what to read there.
package struct KafkaConfiguration: Sendable {
    /// Where a partition begins for which nothing was ever committed (G6).
    package enum Start: String, Hashable, Sendable {
        case beginning
        case end
    }

    /// `host:port,…`
    package var bootstrapServers: String
    /// What brokers call this client in their logs and quotas.
    package var clientID = "trade-manager"
    package var groupID = "trade-manager"
    /// The store's id on a real Kafka: a restarted or standing-by process takes the partitions over at once (G10). Nil: none.
    package var groupInstanceID: String?
    package var topics = TopicNames()
    package var start = Start.beginning
    /// librdkafka's properties for every client.
    package var properties: [String: String] = [:]
    package var consumerProperties: [String: String] = [:]
    package var producerProperties: [String: String] = [:]
    /// Why an offset with such a text, that the group has committed, is not ours (G6); nil where it is. Asked whenever partitions are
    /// assigned.
    package var refusesCommit: (@Sendable (String) -> String?)?
    /// Takes the library's log lines, on the thread that polls. Nil: they are dropped.
    package var log: (@Sendable (KafkaLogLine) -> Void)?

    package init(bootstrapServers: String) {
        self.bootstrapServers = bootstrapServers
    }

    /// The input topics that this configuration reads.
    package var inputTopics: [InputTopic] { InputTopic.allCases.filter { !topics.name(of: $0).isEmpty } }

    /// Finds wrong properties before anything connects; throws the first.
    package func check() throws(KafkaError) {
        _ = try ClientProperties(self, for: .consumer(groupID: groupID, instanceID: groupInstanceID, isEmbedded: false))
        _ = try ClientProperties(self, for: .producer)
        _ = try ClientProperties(self, for: .transactional(id: "check", timeout: TransactionLimits().timeout))
    }

    /// Whether a property's value must not be shown.
    static func isSecret(_ key: String) -> Bool {
        ["password", "secret", ".pem", "token", "oauthbearer.config", "jaas"].contains { key.contains($0) }
    }

    /// Properties that can't be set, with what to do instead.
    static let refused: [String: String] = {
        let none = "remove it"
        return [
            "enable.auto.commit": none, "auto.commit.enable": none, "enable.auto.offset.store": none,
            "auto.offset.reset": "set kafka.start", "isolation.level": none, "transactional.id": "set kafka.relay_id",
            "enable.idempotence": none, "group.id": "set kafka.group_id", "group.instance.id": none,
            "bootstrap.servers": "set kafka.bootstrap_servers", "metadata.broker.list": "set kafka.bootstrap_servers",
            "client.id": "set kafka.client_id", "partition.assignment.strategy": none, "message.timeout.ms": none,
            "delivery.timeout.ms": none, "log.queue": none,
            "max.in.flight.requests.per.connection": none, "max.in.flight": none, "enable.partition.eof": none,
            "enable.gapless.guarantee": none, "transaction.timeout.ms": none,
        ]
    }()
}
