import Foundation
import ServiceSupport
import Testing
import TradeContracts
import TradeCore

extension Processes {
    /// The contracts as another client sees them: kcat writes the inputs and reads the outputs.
    @Suite(.enabled(if: BuiltProgram.find("kcat") != nil, "there is no kcat in PATH")) struct KcatTests {
        @Test("Outputs seen by kcat: values, keys and headers", arguments: ServiceBroker.available)
        func outputs(_ broker: ServiceBroker) throws {
            let bench = try Bench(broker)
            defer { bench.end() }
            let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let event = TestRecord.event("one", [.init(123, "AAPL", price: 50)])
            try bench.produce(event, ["-H", "traceparent=\(trace)", "-H", "tracestate=a=b", "-H", "other=x"])
            let order = try #require(try bench.consume(bench.topics.ordersCreated, count: 1).first)
            let ids = DerivedID.candidate(
                expert: .init(1), useCase: .enterMarket, entryRecommendation: .init(123), recommendation: .init(123))
            let created = try #require(order.fields["created_at"] as? String)
            let expires = try #require(order.fields["expires_at"] as? String)
            let explanation =
                #"{"ruleset":"entry","rules":[{"rule":"always","outcome":"matched","condition":null,"operator":null,"value":null,"actual":null}]}"#
            // 0.1 % of a billion, in shares of 50.
            #expect(
                order.payload == """
                    {"schema_version":1,"order_id":"\(ids.order(.entry))","event_id":"one","expert_instance_id":1,"account_id":1,\
                    "use_case":"enter_market","recommendation_id":123,"transaction_id":"\(ids.position)","symbol":"AAPL",\
                    "role":"entry","side":"BUY","order_type":"market","quantity":20000,"limit_price":null,"stop_price":null,\
                    "status":"pending","parent_order_id":null,"created_at":"\(created)","expires_at":"\(expires)","run":1,\
                    "source":{"topic":"\(bench.topics.analysisCompleted)","partition":\(order.source?.partition ?? -1),"offset":0},\
                    "explanation":\(explanation)}
                    """)
            #expect(order.key == "1")
            #expect(
                order.headers == [
                    "ce_specversion": "1.0", "ce_id": "\(ids.order(.entry))", "ce_type": bench.topics.ordersCreated,
                    "ce_source": "trade-manager", "ce_time": created, "content-type": "application/json",
                    "traceparent": trace, "tracestate": "a=b",
                ])
            try bench.produce(.event("two", [.init(124, "AAPL")]), ["-H", "ce_id=outer", "-H", "ce_specversion=1.0"])
            let skip = try #require(try bench.consume(bench.topics.eventsSkipped, count: 1).first)
            let skipped = try #require(skip.fields["skipped_at"] as? String)
            let message = try #require(skip.fields["message"] as? String)
            let id = try #require(skip.fields["skip_id"] as? String)
            #expect(
                skip.payload == """
                    {"schema_version":1,"skip_id":"\(id)","event_id":"outer","expert_instance_id":1,"use_case":"enter_market",\
                    "recommendation_id":124,"symbol":"AAPL","reason":"existing_transaction","covered":null,"held_by_run":null,\
                    "message":"\(message)","existing_transaction":{"id":"\(ids.position)","status":"WAITING"},\
                    "skipped_at":"\(skipped)","run":2,\
                    "source":{"topic":"\(bench.topics.analysisCompleted)","partition":\(skip.source?.partition ?? -1),"offset":1},\
                    "explanation":null}
                    """)
            #expect(skip.key == "1")
            #expect(
                skip.headers == [
                    "ce_specversion": "1.0", "ce_id": id, "ce_type": bench.topics.eventsSkipped,
                    "ce_source": "trade-manager", "ce_time": skipped, "content-type": "application/json",
                ])
        }

        /// What can't be decoded, and the reason that its dead letter gives.
        private static let bad: [(name: String, value: [UInt8], reason: String)] = [
            ("bytes", [0xFF, 0xFE, 0x00, 0x80, 0xC3, 0x28], "malformed"),
            ("confluent", [0, 0, 0, 0, 1] + Array("{}".utf8), "malformed"),
            (
                "number",
                Array(
                    #"{"event_id":"x","occurred_at":"2026-11-23T09:30:00Z","expert_instance_id":"1","use_case":"enter_market"}"#
                        .utf8), "wrong_type"
            ),
            ("missing", Array(#"{"event_id":"x"}"#.utf8), "missing_field"),
            (
                "case",
                Array(
                    #"{"event_id":"x","occurred_at":"2026-11-23T09:30:00Z","expert_instance_id":1,"use_case":"ENTER"}"#
                        .utf8), "unknown_value"
            ),
            (
                "infinite",
                Array(
                    #"{"event_id":"x","occurred_at":"2026-11-23T09:30:00Z","expert_instance_id":1e999,"use_case":"enter_market"}"#
                        .utf8), "invalid_value"
            ),
            ("version", Array(#"{"schema_version":2}"#.utf8), "unsupported_version"),
            ("deep", Array(repeating: UInt8(ascii: "["), count: 100_000), "too_deep"),
        ]

        @Test(
            "G9: what can't be decoded becomes a dead letter with its reason, and the service goes on",
            arguments: ServiceBroker.available)
        func deadLetters(_ broker: ServiceBroker) throws {
            let bench = try Bench(broker)
            defer { bench.end() }
            // A tombstone: kcat sends an empty value so with -Z.
            try bench.kcat(["-P", "-t", bench.topics.analysisCompleted, "-K", ":", "-Z"], input: "1:\n")
            // The embedded broker keeps 5 MiB of a partition, so it would drop 10 MB at once.
            let large = Array(repeating: UInt8(ascii: "["), count: broker == .embedded ? 3_000_000 : 10_000_000)
            let bad = Self.bad + [("large", large, "too_large")]
            for (name, value, _) in bad {
                let path = bench.harness.folder.file(name)
                try Data(value).write(to: URL(fileURLWithPath: path))
                try bench.kcat(
                    ["-P", "-t", bench.topics.analysisCompleted, "-k", name, "-H", "own=\(name)", path])
            }
            try bench.kcat(["-P", "-t", bench.topics.orderUpdates, "-k", "u"], input: #"{"order_id":7}"# + "\n")
            try bench.produce(.event("good", [.init(1, "AAPL")]))
            #expect(try bench.consume(bench.topics.ordersCreated, count: 1).count == 1, "\(bench.service.errors)")
            let letters = try bench.consume(bench.topics.deadLetters, count: bad.count + 2)
            #expect(letters.count == bad.count + 2)
            for (name, value, reason) in bad {
                guard let letter = letters.first(where: { $0.headers["own"] == name }) else {
                    Issue.record("\(name): no dead letter\n\(bench.service.errors)")
                    continue
                }
                #expect(letter.headers["dlq.reason"] == reason, "\(name): \(letter.headers)")
                #expect(letter.headers["dlq.message"]?.isEmpty == false)
                #expect(letter.headers["dlq.source.topic"] == bench.topics.analysisCompleted)
                #expect(letter.headers["dlq.source.offset"] != nil && letter.headers["dlq.source.partition"] != nil)
                #expect(letter.headers["dlq.source.timestamp"] != nil && letter.headers["dlq.failed_at"] != nil)
                #expect(letter.key == name)
                if value.count > 1_000_000 {
                    #expect(letter.payload == nil)
                    #expect(letter.headers["dlq.value_omitted"] == "\(value.count)")
                } else if let text = String(validating: value, as: UTF8.self) {
                    #expect(letter.payload == text, "\(name): the value as it came")
                }
            }
            let tombstone = letters.first { $0.headers["dlq.reason"] == "tombstone" }
            #expect(tombstone?.key == "1" && tombstone?.payload == nil)
            let update = letters.first { $0.headers["dlq.source.topic"] == bench.topics.orderUpdates }
            #expect(update?.headers["dlq.reason"] == "wrong_type" || update?.headers["dlq.reason"] == "missing_field")
        }
    }
}

/// A broker process (or a real Kafka) with a service attached, and kcat beside them.
private final class Bench {
    /// A record as `kcat -J` prints it.
    struct Record {
        let key: String?
        let payload: String?
        let headers: [String: String]
        let fields: [String: Any]

        /// Where its event stood, as its value says.
        var source: (partition: Int, offset: Int)? {
            guard let source = fields["source"] as? [String: Any] else { return nil }
            return ((source["partition"] as? Int) ?? -1, (source["offset"] as? Int) ?? -1)
        }
    }

    let harness: ServiceHarness
    let service: ChildProcess
    private let broker: ChildProcess?
    private let program: String

    var topics: TopicNames { harness.site.topics }

    init(_ broker: ServiceBroker) throws {
        program = try #require(BuiltProgram.find("kcat"))
        if broker == .embedded {
            let process = try ChildProcess(BuiltProgram.tradeManager, ["broker"])
            self.broker = process
            guard process.waitForOutput("\n") else { throw ServiceFailure("no broker: \(process.errors)") }
            let servers = process.output.trimmingCharacters(in: .newlines)
            harness = try ServiceHarness(at: BrokerSite(at: servers, topics: TopicNames()))
        } else {
            self.broker = nil
            harness = try ServiceHarness(broker)
        }
        service = try harness.spawn()
    }

    func end() {
        service.send(SIGTERM)
        #expect(service.waitForExit() == .code(0), "\(service.errors)")
        broker?.send(SIGTERM)
        if let broker { #expect(broker.waitForExit() == .code(0), "\(broker.errors)") }
    }

    @discardableResult
    func kcat(_ arguments: [String], input: String = "") throws -> String {
        let process = try ChildProcess(
            program, ["-b", harness.site.servers, "-X", "message.max.bytes=20000000"] + arguments,
            input: Array(input.utf8))
        let exit = process.waitForExit()
        guard exit == .code(0) else { throw ServiceFailure("kcat \(arguments): \(process.errors)") }
        return process.output
    }

    func produce(_ record: TestRecord, _ more: [String] = []) throws {
        let text = String(decoding: record.value ?? [], as: UTF8.self) + "\n"
        let key = String(decoding: record.key ?? [], as: UTF8.self)
        try kcat(["-P", "-t", topics.name(of: record.topic), "-k", key] + more, input: text)
    }

    /// The first records of a topic; waits until there are so many.
    func consume(_ topic: String, count: Int) throws -> [Record] {
        let text: String
        do {
            text = try kcat(["-C", "-t", topic, "-o", "beginning", "-c", "\(count)", "-J", "-q"])
        } catch {
            throw ServiceFailure("\(error)\nthe service: \(service.errors.suffix(4_000))")
        }
        return try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            let flat = object["headers"] as? [String?] ?? []
            var headers: [String: String] = [:]
            for index in stride(from: 0, to: flat.count - 1, by: 2) { headers[flat[index] ?? ""] = flat[index + 1] }
            let payload = object["payload"] as? String
            let fields = payload.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
            return Record(key: object["key"] as? String, payload: payload, headers: headers, fields: fields ?? [:])
        }
    }
}
