import CRdkafka
import Foundation
import Support
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

/// The brokers that a test runs on.
enum TestBroker: String, CaseIterable, Sendable {
    /// The embedded broker, all partitions read without a group.
    case embedded
    /// The same, as a member of a group.
    case embeddedGroup
    /// A real Kafka, where KAFKA_BOOTSTRAP_SERVERS names one.
    case kafka

    static let realServers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]
    static let hasReal = !(realServers ?? "").isEmpty
    static let available: [TestBroker] = hasReal ? allCases : [.embedded, .embeddedGroup]
    /// Those that are quick: a first join takes 3 s on the embedded broker.
    static let quick: [TestBroker] = hasReal ? [.embedded, .kafka] : [.embedded]
}

/// A broker with topics of its own, consumers and producers for it.
final class BrokerBench: SourceBench, SinkBench {
    let broker: TestBroker
    let embedded: EmbeddedBroker?
    let partitions: [TopicPartition]
    var configuration: KafkaConfiguration

    init(_ broker: TestBroker, partitions count: Int32 = 4, createsTopics: Bool = true) throws {
        self.broker = broker
        let run = String(UInt64.random(in: 0 ... .max), radix: 36)
        var names = TopicNames()
        names.analysisCompleted = "analysis-\(run)"
        names.orderUpdates = "updates-\(run)"
        names.reference = nil
        names.ordersCreated = "orders-\(run)"
        names.eventsSkipped = "skipped-\(run)"
        names.deadLetters = "dead-\(run)"
        let topics = createsTopics ? EmbeddedBroker.topics(of: names, partitions: count) : [:]
        embedded = broker == .kafka ? nil : try EmbeddedBroker(topics: topics)
        configuration = KafkaConfiguration(bootstrapServers: embedded?.bootstrapServers ?? TestBroker.realServers ?? "")
        configuration.topics = names
        configuration.groupID = "group-\(run)"
        configuration.consumerProperties = ["session.timeout.ms": broker == .kafka ? "6000" : "3200"]
        self.partitions = [InputTopic.orderUpdates, .analysisCompleted].flatMap { Self.partitions(of: $0, 0..<count) }
        if broker == .kafka, !topics.isEmpty { try createTopics(topics) }
    }

    static func partitions(of topic: InputTopic, _ numbers: Range<Int32>) -> [TopicPartition] {
        numbers.map { TopicPartition(topic: topic, partition: $0) }
    }

    func createTopics(_ topics: [String: Int32]) throws {
        if let embedded {
            for (name, count) in topics { try embedded.createTopic(name, partitions: count) }
            return
        }
        let made = try KafkaAdmin(configuration).create(topics.map { .init(name: $0, partitions: $1, replication: 1) })
        for (name, creation) in made where creation != .created { Issue.record("\(name): \(creation)") }
    }

    /// Deletes a topic of the real Kafka and makes it anew.
    func makeAnew(_ topic: String, partitions: Int32) throws {
        let operations = try TestOperations(configuration)
        var request = rd_kafka_DeleteTopic_new(topic)
        defer { rd_kafka_DeleteTopic_destroy(request) }
        try operations.run { rd_kafka_DeleteTopics($0, &request, 1, nil, $1) }
        let admin = try KafkaAdmin(configuration)
        let end = ContinuousClock.Instant.now + .seconds(20)
        while .now < end {
            if try admin.create([.init(name: topic, partitions: partitions, replication: 1)])[topic] == .created {
                publisher = Result { try KafkaPublisher(configuration) }
                return
            }
            _ = operations.queue.poll(milliseconds: 50)
        }
        Issue.record("\(topic) can't be made anew")
    }

    /// Adds partitions to a topic of the real Kafka, up to `count`, and waits until they can be read.
    func addPartitions(_ topic: String, upTo count: Int) throws {
        let operations = try TestOperations(configuration)
        var request = rd_kafka_NewPartitions_new(topic, count, nil, 0)
        defer { rd_kafka_NewPartitions_destroy(request) }
        try operations.run { rd_kafka_CreatePartitions($0, &request, 1, nil, $1) }
        let end = ContinuousClock.Instant.now + .seconds(10)
        while .now < end {
            let listing = try operations.client.topics(named: topic, milliseconds: 1_000)
            if listing.partitions[topic] == Int32(count), listing.ready.contains(topic) {
                // The one from before knows the old number only.
                publisher = Result { try KafkaPublisher(configuration) }
                return
            }
            _ = operations.queue.poll(milliseconds: 20)
        }
        Issue.record("the partitions of \(topic) have not come")
    }

    private lazy var publisher = Result { try KafkaPublisher(configuration) }

    func append(_ records: [RecordContent], to topic: InputTopic) throws {
        let name = configuration.topics.name(of: topic)
        try publisher.get().publish(
            records.map { content in
                let record = OutgoingRecord(key: content.key, value: content.value, headers: content.headerBlock)
                return KafkaPublisher.Message(topic: name, record: record)
            })
    }

    var mode: KafkaConsumer.Mode { broker == .embedded ? .allPartitions : .group }

    func makeSource() throws -> any RecordSource { try makeConsumer() }

    func makeConsumer() throws -> KafkaConsumer { try KafkaConsumer(configuration, mode: mode) }

    var keepsMark: Bool { false }

    func makeSink() throws -> any RecordSink { try KafkaProducer(configuration) }

    /// All that a reader of committed records finds in the one partition of a topic.
    func readAll(_ topic: OutputTopic) throws -> [OwnedRecord] {
        try read(topic) { $0.end(of: TopicPartition(topic: .analysisCompleted, partition: 0)) != nil }
    }

    func read(_ topic: OutputTopic, count: Int) throws -> [OwnedRecord] {
        try read(topic) { $0.records.count >= count }
    }

    private func read(_ topic: OutputTopic, until isDone: (SourceDriver) -> Bool) throws -> [OwnedRecord] {
        var reading = configuration
        reading.groupID += "-reading"
        reading.topics.analysisCompleted = configuration.topics.name(of: topic)
        reading.topics.orderUpdates = ""
        let driver = SourceDriver(try KafkaConsumer(reading, mode: mode))
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { isDone(driver) }, seconds: 20)
        // What is there too much would follow at once.
        for _ in 0..<5 { driver.poll(timeout: 0.05) }
        return driver.records
    }
}

/// What a test does to topics and groups beside `KafkaAdmin`.
struct TestOperations {
    let client: KafkaClient
    let queue: KafkaQueue

    init(_ configuration: KafkaConfiguration) throws {
        client = try KafkaClient(configuration, for: .administration(groupID: "x"))
        queue = try KafkaQueue.new(of: client)
    }

    /// Sends a request, with the client and the queue for its answer, and waits for that.
    @discardableResult
    func run(_ send: (OpaquePointer, OpaquePointer) -> Void) throws -> KafkaEvent {
        send(client.handle, queue.handle)
        let event = try #require(queue.poll(milliseconds: 10_000))
        #expect(event.code == RD_KAFKA_RESP_ERR_NO_ERROR, "\(event.text)")
        return event
    }
}
