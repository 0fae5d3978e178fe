import Foundation
import ServiceSupport
import Testing
import TradeContracts
import TradeKafka

@testable import Commands

/// `capture` and `replay` of topics, against what `run` made of the same records.
@Suite(.serialized) struct ReplayTopicsTests {
    /// Where a test runs: on an embedded broker of its own, or on a real Kafka where KAFKA_BOOTSTRAP_SERVERS names one.
    enum Broker: String, CaseIterable, Sendable {
        case embedded
        case kafka

        static let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] ?? ""
        static let available: [Broker] = servers.isEmpty ? [.embedded] : allCases
    }

    /// A broker with topics of one partition and the settings that name them.
    private final class Bench {
        let embedded: EmbeddedBroker?
        let kafka: KafkaConfiguration
        let folder: TemporaryFolder
        let flags: [String]
        private let publisher: KafkaPublisher

        init(_ broker: Broker) throws {
            folder = try TemporaryFolder()
            let run = String(UInt64.random(in: 0 ... .max), radix: 36)
            var names = TopicNames()
            names.analysisCompleted = "analysis-\(run)"
            names.orderUpdates = "updates-\(run)"
            names.reference = "reference-\(run)"
            names.ordersCreated = "orders-\(run)"
            names.eventsSkipped = "skipped-\(run)"
            names.deadLetters = "dead-\(run)"
            let topics = EmbeddedBroker.topics(of: names, partitions: 1)
            embedded = broker == .embedded ? try EmbeddedBroker(topics: topics) : nil
            var kafka = KafkaConfiguration(bootstrapServers: embedded?.bootstrapServers ?? Broker.servers)
            kafka.topics = names
            self.kafka = kafka
            publisher = try KafkaPublisher(kafka)
            flags = [
                "--kafka.bootstrap_servers", kafka.bootstrapServers, "--kafka.group_id", "group-\(run)",
                "--kafka.topics.analysis_completed", names.analysisCompleted, "--kafka.topics.order_updates",
                names.orderUpdates, "--kafka.topics.reference", names.reference ?? "", "--kafka.topics.orders_created",
                names.ordersCreated, "--kafka.topics.events_skipped", names.eventsSkipped,
                "--kafka.topics.dead_letters", names.deadLetters,
            ]
            if broker == .kafka {
                _ = try KafkaAdmin(kafka).create(
                    topics.map { name, count in
                        KafkaAdmin.NewTopic(
                            name: name, partitions: count, replication: 1,
                            settings: name == names.reference ? ["cleanup.policy": "compact"] : [:])
                    })
            }
        }

        func publish(_ topic: String?, _ records: [(key: String, value: String)]) throws {
            try publisher.publish(
                records.map { key, value in
                    KafkaPublisher.Message(
                        topic: topic ?? "",
                        record: OutgoingRecord(key: Array(key.utf8), value: Array(value.utf8), headers: []))
                })
        }

        func run(_ words: String...) async -> CommandLine.Result { await CommandLine.run(words + flags) }

        /// The records of a file, without where they stand.
        func contents(_ name: String, topic: String) throws -> [String] {
            let file = try EnvelopeText.records(folder.file(name))
            return file.filter { $0.topic == topic }.map { record in
                let headers = HeaderBlock.headers(of: record.headers).map { header in
                    "\(header.name)=\(String(decoding: header.value ?? [], as: UTF8.self))"
                }
                return "\(String(decoding: record.value ?? [], as: UTF8.self)) \(headers)"
            }.sorted()
        }
    }

    private static let experts = 60

    /// An account for each expert, so that none waits for another's money.
    private static var reference: String {
        var text = "accounts:\n"
        for id in 1...experts { text += "  - {id: \(id), balance: 100000, buying_power: 100000}\n" }
        text += "experts:\n"
        for id in 1...experts {
            text +=
                "  - {id: \(id), account_id: \(id), enter_market_ruleset_id: entry, settings: {allow_automated_trade_opening: true}}\n"
        }
        return text + """
            rulesets:
              - id: entry
                rules:
                  - name: bullish
                    triggers: [{condition: bullish}]
                    actions: [{action: buy}, {action: adjust_take_profit, reference: order_open_price, percent: 10}]

            """
    }

    /// One event for each expert: no key is met twice.
    private static func events(round: Int) -> [(key: String, value: String)] {
        (1...experts).map { expert in
            let id = round * 1_000 + expert
            let action = expert % 5 == 0 ? "HOLD" : "BUY"
            return (
                "\(expert)",
                """
                {"event_id":"e\(id)","occurred_at":"2026-11-23T09:\(30 + round):00Z","expert_instance_id":\(expert),\
                "use_case":"enter_market","recommendations":[{"id":\(id),"symbol":"S\(round % 2)","recommended_action":"\(action)",\
                "confidence":80,"expected_profit_percent":5,"price_at_date":\(20 + expert).5,"created_at":"2026-11-23T09:29:00Z"}]}
                """
            )
        }
    }

    /// What the service has published is what a replay of the same records says, byte for byte.
    @Test(arguments: Broker.available)
    func replayIsWhatRunPublished(_ broker: Broker) async throws {
        let bench = try Bench(broker)
        let names = bench.kafka.topics
        let reference = try bench.folder.write(name: "reference.yaml", Self.reference)
        for round in 0..<3 {
            try bench.publish(names.analysisCompleted, Self.events(round: round))
            if round == 1 { try bench.publish(names.analysisCompleted, [("1", "no JSON"), ("2", "{}")]) }
            let service = await bench.run(
                "run", "--clock", "event", "--store.path", bench.folder.file("store"), "--http.port", "0",
                "--reference.file", reference, "--until-idle", "1", "--log.level", "error")
            #expect(service.code == 0, "\(service.notes)")
        }
        let published = await bench.run(
            "capture", "--topic", names.ordersCreated, "--topic", names.eventsSkipped, "--topic", names.deadLetters,
            "--to-file", bench.folder.file("published"))
        #expect(published.code == 0, "\(published.notes)")
        let replay = await bench.run(
            "replay", "--topic", names.analysisCompleted, "--topic", names.orderUpdates, "--topic",
            names.reference ?? "", "--reference", reference, "--to-file", bench.folder.file("replayed"))
        #expect(replay.code == 0, "\(replay.notes)")
        for topic in [names.ordersCreated, names.eventsSkipped, names.deadLetters] {
            let live = try bench.contents("published", topic: topic)
            #expect(!live.isEmpty, "\(topic)")
            #expect(try bench.contents("replayed", topic: topic) == live, "G8: \(topic)")
        }
        // The capture of the same range replays to the same bytes.
        let capture = await bench.run(
            "capture", "--topic", names.analysisCompleted, "--topic", names.orderUpdates, "--to-file",
            bench.folder.file("captured"))
        #expect(capture.code == 0, "\(capture.notes)")
        for workers in ["1", "8"] {
            let file = await bench.run(
                "replay", "--from-file", bench.folder.file("captured"), "--reference", reference, "--dry-run",
                "--workers", workers, "--expect", bench.folder.file("replayed"))
            #expect(file.code == 0 && file.digest == replay.digest, "G8: \(file.notes)")
        }
    }

    /// Ranges by offset, by time and to the end.
    @Test(arguments: Broker.available)
    func ranges(_ broker: Broker) async throws {
        let bench = try Bench(broker)
        let names = bench.kafka.topics
        for round in 0..<3 { try bench.publish(names.analysisCompleted, Self.events(round: round)) }
        func captured(_ range: String...) async throws -> [EnvelopeRecord] {
            let words = ["capture", "--topic", names.analysisCompleted, "--to-file", bench.folder.file("out")]
            let result = await CommandLine.run(words + range + bench.flags)
            #expect(result.code == 0, "\(result.notes)")
            return try EnvelopeText.records(bench.folder.file("out"))
        }
        let all = try await captured()
        #expect(all.map(\.offset) == Array(0..<180))
        #expect(try await captured("--from-beginning", "--to-end") == all)
        #expect(try await captured("--from-offset", "7", "--to-offset", "100") == Array(all[7..<100]))
        #expect(try await captured("--from-offset", "7", "--max", "5", "--partition", "0") == Array(all[7..<12]))
        let time = try #require(all[90].timestamp)
        let from = all.filter { ($0.timestamp ?? 0) >= time }
        let text = Self.text(time)
        #expect(try await captured("--from-time", text) == from)
        #expect(try await captured("--to-time", text) == all.filter { ($0.timestamp ?? 0) < time })
        #expect(try await captured("--from-time", text, "--to-time", text).isEmpty)
        #expect(try await captured("--from-time", "2100-01-01T00:00:00Z").isEmpty)
        let partition = await bench.run(
            "capture", "--topic", names.analysisCompleted, "--partition", "1", "--to-file", bench.folder.file("out"))
        #expect(partition.code == 1 && partition.notes.contains("no partition 1"))
    }

    private static func text(_ milliseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(milliseconds / 1_000))
        let fraction = String(String(1_000 + milliseconds % 1_000).dropFirst())
        return date.formatted(.iso8601).replacing("Z", with: ".\(fraction)Z")
    }
}
