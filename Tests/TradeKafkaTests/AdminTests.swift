import Support
import Synchronization
import Testing
import TradeContracts
import TradePipeline

@testable import TradeKafka

@Suite(.serialized) struct AdminTests {
    @Test func embeddedBrokersAreToldApart() throws {
        let one = try EmbeddedBroker(topics: ["a": 3])
        let two = try EmbeddedBroker(topics: [:])
        let first = try KafkaClusterIdentity.read(KafkaConfiguration(bootstrapServers: one.bootstrapServers))
        let second = try KafkaClusterIdentity.read(KafkaConfiguration(bootstrapServers: two.bootstrapServers))
        #expect(first == .embedded(one.identity))
        #expect(second == .embedded(two.identity))
        #expect(first != second)
        #expect(try KafkaAdmin(KafkaConfiguration(bootstrapServers: one.bootstrapServers)).topics()["a"] == 3)
    }

    @Test func brokerThatIsAway() throws {
        let configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1")
        let error = try #require(throws: KafkaError.self) { try KafkaClusterIdentity.read(configuration, within: 0.3) }
        #expect(error.isRetriable)
        #expect(!error.advice.isEmpty)
    }

    @Test func embeddedBrokerKnowsNoSettings() throws {
        let bench = try BrokerBench(.embedded)
        let admin = try KafkaAdmin(bench.configuration)
        let error = try #require(throws: KafkaError.self) { try admin.setting("cleanup.policy", of: "x") }
        #expect(error.kind == .unsupported)
        let consumer = try bench.makeConsumer()
        defer { consumer.close(deadline: 5) }
        let search = try #require(throws: KafkaError.self) { try consumer.offsets(atTimes: [bench.partitions[0]: 0]) }
        #expect(search.kind == .unsupported)
    }

    @Test(.enabled(if: TestBroker.hasReal)) func topicsOfARealKafka() throws {
        let bench = try BrokerBench(.kafka, createsTopics: false)
        let admin = try KafkaAdmin(bench.configuration)
        guard case .real(let id) = try admin.identity() else {
            Issue.record("no real Kafka")
            return
        }
        #expect(!id.isEmpty)
        let name = bench.configuration.topics.analysisCompleted
        #expect(try admin.partitions(of: name) == nil)
        #expect(try admin.partitions(of: name) == nil, "asking must not make it")
        let topics = [
            KafkaAdmin.NewTopic(name: name, partitions: 3, replication: 1, settings: ["cleanup.policy": "compact"]),
            KafkaAdmin.NewTopic(name: "bad name", partitions: 1, replication: 1),
            KafkaAdmin.NewTopic(name: name + "-x", partitions: 1, replication: 9),
        ]
        let made = try admin.create(topics)
        #expect(made[name] == .created)
        guard case .failed(let error) = made["bad name"], case .failed = made[name + "-x"] else {
            Issue.record("\(made)")
            return
        }
        #expect(error.description.contains("bad name"))
        #expect(try admin.create([topics[0]])[name] == .exists)
        #expect(try admin.partitions(of: name, within: 5) == 3)
        #expect(try admin.setting("cleanup.policy", of: name) == "compact")
        #expect(try admin.setting("no.such.setting", of: name) == nil)
        #expect(throws: KafkaError.self) { try admin.setting("cleanup.policy", of: name + "-none") }
        #expect(try admin.watermarks(of: KafkaPartition(topic: name, partition: 0)) == (0, 0))
    }

    @Test(.enabled(if: TestBroker.hasReal)) func searchesByTime() throws {
        let bench = try BrokerBench(.kafka, partitions: 1)
        try bench.append((0..<10).map { RecordContent(key: "1", value: "\($0)") }, to: .analysisCompleted)
        let driver = SourceDriver(try bench.makeSource())
        defer { driver.source.close(deadline: 5) }
        driver.poll(until: { driver.records.count >= 10 })
        let consumer = try #require(driver.source as? KafkaConsumer)
        let partition = TopicPartition(topic: .analysisCompleted, partition: 0)
        let time = try #require(driver.records.first?.timestamp)
        #expect(try consumer.offsets(atTimes: [partition: time]) == [partition: 0])
        #expect(try consumer.offsets(atTimes: [partition: time + 3_600_000]) == [:])
        #expect(try consumer.clusterIdentity() == KafkaClusterIdentity.read(bench.configuration))
    }

    @Test func logLinesOfTheLibraryComeOut() throws {
        let bench = try BrokerBench(.embedded)
        let lines = LogLines()
        bench.configuration.properties["debug"] = "broker"
        bench.configuration.log = { lines.add($0) }
        let driver = SourceDriver(try bench.makeSource())
        driver.poll(until: { lines.count > 3 })
        #expect(lines.count > 3)
        driver.source.close(deadline: 5)
        let before = lines.count
        let sink = try bench.makeSink()
        #expect(
            sink.publish(
                [SinkContract.row(1, .ordersCreated, RecordContent(key: "1", value: "x"))], publishedThrough: 0)
                == .published)
        #expect(lines.count > before)
        sink.close(deadline: 5)
    }

    /// Headers from a block, also from a cut one, are those that `HeaderBlock` reads.
    @Test func headersAreThoseOfTheBlock() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = ContractRandom(seed: seed)
        for round in 0..<2_000 {
            var block: [UInt8] = []
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let name = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                    UInt8.random(in: 97...122, using: &random)
                }
                let value = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                HeaderBlock.append(name: name, value: random.chance(20) ? nil : value, to: &block)
            }
            if round % 2 == 1 { block = Array(block.prefix(Int.random(in: 0...block.count, using: &random))) }
            if round % 10 == 9, !block.isEmpty {
                block[Int.random(in: 0..<block.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            let made = try MessageHeaders.make(from: block)
            defer { if let made { Calls.headersDestroy(made) } }
            let expected = HeaderBlock.headers(of: block)
            let count = made.map { Calls.headerCount($0) } ?? 0
            #expect(count == expected.count, "seed \(seed), round \(round)")
            for (index, header) in expected.enumerated() {
                guard let made, let (_, value, size) = Calls.header(made, index) else { continue }
                let bytes = value.map { Array(UnsafeRawBufferPointer(start: $0, count: size)) }
                #expect(bytes == header.value, "seed \(seed), round \(round)")
            }
        }
    }
}

/// Counts log lines, from any thread.
private final class LogLines: Sendable {
    private let number = Atomic<Int>(0)

    var count: Int { number.load(ordering: .relaxed) }

    func add(_ line: KafkaLogLine) {
        if !line.message.isEmpty { number.add(1, ordering: .relaxed) }
    }
}
