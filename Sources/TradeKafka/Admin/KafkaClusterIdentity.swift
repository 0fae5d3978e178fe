import CRdkafka

/// Which cluster this is: positions in one mean nothing in another (G6).
package enum KafkaClusterIdentity: Hashable, Sendable {
    /// An embedded broker, new with each of its starts.
    case embedded(String)
    /// A real Kafka's cluster id.
    case real(String)

    package var isEmbedded: Bool {
        if case .embedded = self { true } else { false }
    }

    package var id: String {
        switch self {
        case .embedded(let id), .real(let id): id
        }
    }

    static let embeddedPrefix = "_embedded_"

    /// Asks the broker; throws while it can't be reached. `seconds` bounds the wait.
    package static func read(_ configuration: KafkaConfiguration, within seconds: Double = 5) throws(KafkaError)
        -> KafkaClusterIdentity
    {
        try KafkaAdmin(configuration).identity(within: seconds)
    }

    static func read(_ client: KafkaClient, within seconds: Double) throws(KafkaError) -> KafkaClusterIdentity {
        let milliseconds = Int32(clamping: Int(seconds * 1_000))
        let topics = try client.topics(milliseconds: milliseconds)
        if let topic = topics.partitions.keys.first(where: { $0.hasPrefix(embeddedPrefix) }) {
            return .embedded(String(topic.dropFirst(embeddedPrefix.count)))
        }
        guard let id = Calls.clusterID(client.handle, milliseconds: milliseconds) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, context: "asking for the cluster's id")
        }
        return .real(id)
    }
}
