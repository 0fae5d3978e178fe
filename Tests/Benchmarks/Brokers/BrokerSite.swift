import Foundation
import TradeContracts
import TradeKafka

/// A broker with a topic that is filled once and read often.
final class BrokerSite {
    enum Kind: String {
        /// The embedded broker, in a process of its own, so that this one's memory and allocations are its own.
        case embedded = "embedded broker"
        case kafka = "Kafka"
    }

    let kind: Kind
    let servers: String
    let topics: TopicNames
    let partitions: Int32
    private let process: Process?

    static let realServers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"].flatMap {
        $0.isEmpty ? nil : $0
    }

    /// Those that there are.
    static var kinds: [Kind] { realServers == nil ? [.embedded] : [.embedded, .kafka] }

    init(_ kind: Kind, partitions: Int32 = 12) throws {
        self.kind = kind
        let run = String(UInt64.random(in: 0 ... .max), radix: 36)
        var topics = TopicNames()
        topics.analysisCompleted = "analysis-\(run)"
        topics.orderUpdates = "updates-\(run)"
        topics.reference = nil
        topics.ordersCreated = "orders-\(run)"
        topics.eventsSkipped = "skipped-\(run)"
        topics.deadLetters = "dead-\(run)"
        self.topics = topics
        self.partitions = partitions
        let wanted = EmbeddedBroker.topics(of: topics, partitions: partitions)
        switch kind {
        case .embedded:
            (process, servers) = try BrokerSite.startBroker(wanted)
        case .kafka:
            process = nil
            servers = BrokerSite.realServers ?? ""
            _ = try KafkaAdmin(KafkaConfiguration(bootstrapServers: servers)).create(
                wanted.map { KafkaAdmin.NewTopic(name: $0.key, partitions: $0.value, replication: 1) })
        }
    }

    deinit {
        process?.terminate()
        process?.waitUntilExit()
    }

    private static func startBroker(_ topics: [String: Int32]) throws -> (Process, String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = OwnProgram.url
        process.arguments = ["broker", "--topics", topics.map { "\($0.key):\($0.value)" }.joined(separator: ",")]
        process.standardOutput = output
        try process.run()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        guard !line.isEmpty else { throw BenchmarkError("the embedded broker did not start") }
        return (process, String(decoding: line, as: UTF8.self))
    }

    /// Publishes a workload's events. `compression`: of the producer, so that more of them fit into the embedded broker.
    func fill(_ workload: Workload, compression: String = "none") throws {
        var configuration = KafkaConfiguration(bootstrapServers: servers)
        configuration.topics = topics
        configuration.producerProperties = ["compression.codec": compression]
        if compression != "none" { configuration.producerProperties["linger.ms"] = "20" }
        let publisher = try KafkaPublisher(configuration)
        let texts = EventText()
        var first = 0
        while first < workload.events {
            let count = min(20_000, workload.events - first)
            try publisher.publish(
                (first..<first + count).map { event in
                    KafkaPublisher.Message(
                        topic: topics.analysisCompleted,
                        record: OutgoingRecord(
                            key: Array(String(workload.expert(event)).utf8),
                            value: Array(workload.text(event, texts).utf8)))
                })
            first += count
        }
    }

    /// What a raw consumer takes for all of it.
    func consume(_ events: Int) throws -> Sample {
        try RawConsumer.consume(
            topics.analysisCompleted, partitions: partitions, records: events, servers: servers)
    }
}
