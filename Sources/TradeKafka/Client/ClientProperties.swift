import CRdkafka

/// The configuration of one client of the library, which it owns until a client is made of it.
final class ClientProperties {
    enum Role: Hashable {
        case consumer(groupID: String, instanceID: String?, isEmbedded: Bool)
        /// Idempotent, at least once, without a time limit.
        case producer
        /// Exactly once, in transactions of this id; one ends by itself after `timeout` seconds.
        case transactional(id: String, timeout: Double)
        /// Reads and commits offsets, asks for metadata and settings; joins no group. Without `readsCommitted` offsets of open
        /// transactions are not waited for.
        case administration(groupID: String, readsCommitted: Bool = true)
        /// Reads ranges of partitions that it assigns to itself; joins no group and commits nothing.
        case range(groupID: String)
    }

    private var handle: OpaquePointer?
    let type: rd_kafka_type_t
    let log: (@Sendable (KafkaLogLine) -> Void)?
    /// What the client will have sent; of a transactional producer.
    let sentRequests: SentRequests?

    init(_ configuration: KafkaConfiguration, for role: Role) throws(KafkaError) {
        guard let handle = Calls.confNew() else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, context: "making a Kafka configuration")
        }
        self.handle = handle
        let isProducer: Bool
        switch role {
        case .producer:
            isProducer = true
            sentRequests = nil
        case .transactional:
            isProducer = true
            sentRequests = SentRequests()
        case .consumer, .administration, .range:
            isProducer = false
            sentRequests = nil
        }
        type = isProducer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
        log = configuration.log
        for (key, value) in Self.defaults(configuration, role) { try set(key, value) }
        try setAll(configuration.properties)
        try setAll(isProducer ? configuration.producerProperties : configuration.consumerProperties)
        for (key, value) in Self.required(role) { try set(key, value) }
        Calls.confSetEvents(
            handle,
            RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_REBALANCE
                | RD_KAFKA_EVENT_OFFSET_COMMIT)
        guard let code = sentRequests?.count(into: handle), code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(code, context: "making a Kafka producer count its requests")
    }

    deinit {
        if let handle { Calls.confDestroy(handle) }
    }

    /// Makes the client, which takes the configuration over.
    func makeHandle() throws(KafkaError) -> OpaquePointer {
        guard let handle else { throw KafkaError(RD_KAFKA_RESP_ERR__STATE, context: "making a Kafka client twice") }
        let (client, text) = Calls.new(type, handle)
        guard let client else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, context: "making a Kafka client", text: text)
        }
        self.handle = nil
        return client
    }

    private func setAll(_ properties: [String: String]) throws(KafkaError) {
        for (key, value) in properties.sorted(by: { $0.key < $1.key }) {
            if let advice = KafkaConfiguration.refused[key.lowercased()] {
                throw .refusedProperty(key, advice: advice)
            }
            try set(key, value)
        }
    }

    private func set(_ key: String, _ value: String) throws(KafkaError) {
        guard let handle else { return }
        if let text = Calls.confSet(handle, key, value) { throw .badProperty(key, value: value, text: text) }
    }

    /// What the configuration's properties may change.
    private static func defaults(_ configuration: KafkaConfiguration, _ role: Role) -> [(String, String)] {
        var result = [
            ("bootstrap.servers", configuration.bootstrapServers), ("client.id", configuration.clientID),
            ("socket.nagle.disable", "true"), ("reconnect.backoff.max.ms", "1000"),
            // So that a new topic or partition is seen soon.
            ("topic.metadata.refresh.interval.ms", "5000"),
        ]
        if isLoopback(configuration.bootstrapServers) { result.append(("broker.address.family", "v4")) }
        switch role {
        case .consumer(_, _, let isEmbedded):
            // A produce doesn't wake a waiting fetch of the embedded broker: this is its latency. And a partition that is begun
            // anew waits for the fetch that is under way.
            result.append(("fetch.wait.max.ms", isEmbedded ? "10" : "20"))
        case .producer: result += [("linger.ms", "0"), ("partitioner", "murmur2_random")]
        case .transactional:
            // A broker that still finishes the transaction before asks to try again; with the default pause that is most of a
            // transaction's time.
            result += [("linger.ms", "0"), ("partitioner", "murmur2_random"), ("retry.backoff.ms", "1")]
        case .administration: break
        // Partitions that wait for their turn in a merge hold so much each; more than a second's work, because a full queue is
        // filled again only after a second. What is read is there already, so a fetch that waits for more only delays the next.
        case .range: result += [("queued.max.messages.kbytes", "16384"), ("fetch.wait.max.ms", "10")]
        }
        return result
    }

    /// What the guarantees hang on.
    private static func required(_ role: Role) -> [(String, String)] {
        let noCommits = [
            ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"), ("auto.offset.reset", "error"),
            ("allow.auto.create.topics", "false"), ("log.queue", "true"),
        ]
        switch role {
        case .consumer(let groupID, let instanceID, _):
            let member = instanceID.map { [("group.instance.id", $0)] } ?? []
            return noCommits + member + [
                ("group.id", groupID), ("isolation.level", "read_committed"), ("enable.partition.eof", "true"),
                ("partition.assignment.strategy", "range"),
            ]
        case .range(let groupID):
            return noCommits + [
                ("group.id", groupID), ("isolation.level", "read_committed"), ("enable.partition.eof", "true"),
            ]
        case .administration(let groupID, let readsCommitted):
            let level = readsCommitted ? "read_committed" : "read_uncommitted"
            return noCommits + [("group.id", groupID), ("isolation.level", level)]
        case .producer:
            return idempotent + [
                // Without a time limit a row is never given up while the broker is away (design §6).
                ("message.timeout.ms", "0"),
                // After a refused row none behind it is sent: rows must not overtake.
                ("enable.gapless.guarantee", "true"),
            ]
        case .transactional(let id, let timeout):
            let milliseconds = "\(KafkaAdmin.milliseconds(timeout))"
            return idempotent + [
                ("transactional.id", id), ("transaction.timeout.ms", milliseconds),
                // The library takes no longer one.
                ("message.timeout.ms", milliseconds),
            ]
        }
    }

    private static let idempotent = [
        ("enable.idempotence", "true"), ("log.queue", "true"),
        // A success makes the library take all that it sent before for written. But a broker that knows nothing of a producer
        // takes any sequence number as its first, so after a refused first request (a leader that is only just there) the
        // second one succeeds, and the first one's rows are lost without a word (KAFKA-15591, confluent-kafka-go#921; seen
        // here on Kafka 4.4). With one request on its way there is no second one.
        ("max.in.flight.requests.per.connection", "1"),
    ]

    private static func isLoopback(_ servers: String) -> Bool {
        servers.split(separator: ",").allSatisfy { server in
            let server = server.drop { $0 == " " }
            return server.hasPrefix("127.") || server.hasPrefix("localhost:") || server == "localhost"
        }
    }
}
