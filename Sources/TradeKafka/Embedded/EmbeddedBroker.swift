import CRdkafka
package import TradeContracts

/// A Kafka broker in this process, on loopback: librdkafka's mock cluster. For trying out and for tests.
///
/// It keeps everything in memory and at most 5 MiB or 100,000 batches of a partition (older records go, silently); it has no
/// transactions, no search by time and no topic settings; the first join of a group takes 3 s; a waiting fetch isn't woken by a
/// produce. Clients of this library and kcat can use it, Java's can't.
package final class EmbeddedBroker: @unchecked Sendable {
    // Unchecked: the handles never change, and the library's functions on them may be called from any thread.
    private let client: KafkaClient
    private let cluster: OpaquePointer

    /// Partitions of a topic for which no other number is given.
    package static let defaultPartitions: Int32 = 4

    /// Random, new for every broker; readable as the name of a topic (`KafkaClusterIdentity`).
    package let identity: String
    /// `host:port` for its clients.
    package let bootstrapServers: String

    /// Starts it, with these topics and numbers of partitions. Listens on 127.0.0.1 and a free port.
    package init(topics: [String: Int32]) throws(KafkaError) {
        client = try KafkaClient(KafkaConfiguration(bootstrapServers: ""), for: .producer)
        guard let cluster = Calls.mockNew(client.handle) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, context: "starting the embedded broker")
        }
        self.cluster = cluster
        bootstrapServers = Calls.mockBootstraps(cluster)
        let random = UInt64.random(in: 0 ... .max)
        identity = String(random, radix: 16) + "-" + String(UInt64.random(in: 0 ... .max), radix: 16)
        try createTopic(KafkaClusterIdentity.embeddedPrefix + identity, partitions: 1)
        for (name, partitions) in topics.sorted(by: { $0.key < $1.key }) {
            try createTopic(name, partitions: partitions)
        }
    }

    deinit { Calls.mockDestroy(cluster) }

    /// All topics that a configuration names: the reference topic with one partition (R98), the others with `partitions`.
    package static func topics(of names: TopicNames, partitions: Int32) -> [String: Int32] {
        var result: [String: Int32] = [:]
        for topic in InputTopic.allCases where !names.name(of: topic).isEmpty {
            result[names.name(of: topic)] = topic == .reference ? 1 : partitions
        }
        for topic in OutputTopic.allCases { result[names.name(of: topic)] = partitions }
        return result
    }

    /// Adds a topic; throws where it is there already. (A producer that sends to an unknown topic makes it too, with 4.)
    package func createTopic(_ name: String, partitions: Int32) throws(KafkaError) {
        let code = Calls.mockTopicCreate(cluster, name, partitions)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code, context: "creating the topic \(name) with \(partitions) partitions")
        }
    }

    /// Kinds of requests, by their keys in Kafka's protocol.
    package enum Request: Int16, CaseIterable, Sendable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case syncGroup = 14
        case initProducerID = 22
    }

    /// The next requests of a kind end with these codes of the protocol, one each; for tests.
    package func refuse(_ request: Request, codes: [Int32]) {
        Calls.mockPushErrors(cluster, request.rawValue, codes.map { rd_kafka_resp_err_t(rawValue: $0) })
    }

    /// Forgets what `refuse` has left.
    package func stopRefusing(_ request: Request) { Calls.mockClearErrors(cluster, request.rawValue) }

    /// Breaks every connection and takes no new ones; for tests.
    package func goDown() { _ = Calls.mockDown(cluster) }

    /// Takes connections again, on the same port and with the same records.
    package func comeUp() { _ = Calls.mockUp(cluster) }

    /// Answers only after this time; for tests.
    package func setRoundTrip(milliseconds: Int32) { _ = Calls.mockRoundTrip(cluster, milliseconds: milliseconds) }
}
