import Foundation
import ServiceSupport
import Settings
import Support
import Telemetry
import Testing
import TradeContracts

@testable import Commands

extension Processes {
    /// What the program puts out is what the schemas say.
    @Suite("Real outputs are valid", .enabled(if: SchemaValidator.python != nil, "there is no python3 with jsonschema"))
    struct OutputSchemaTests {
        private static let root = URL(fileURLWithPath: SchemaValidator.folder).deletingLastPathComponent()
            .deletingLastPathComponent()
        private static let golden = root.appendingPathComponent("Tests/TradeReplayTests/Golden").path

        private static func files(_ ending: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: golden)) ?? []).filter { $0.hasSuffix(ending) }
                .sorted().map { "\(golden)/\($0)" }
        }

        /// The documents of a file of outputs: each line, and each record's headers and value.
        private static func documents(_ path: String) throws -> [SchemaValidator.Document] {
            let text = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
            let lines = text.split(separator: "\n").map {
                SchemaValidator.Document(schema: "envelope.json", text: String($0))
            }
            return try lines + EnvelopeText.records(path).flatMap { try documents($0, TopicNames()) }
        }

        private static func documents(
            _ record: EnvelopeRecord, _ topics: TopicNames
        ) throws -> [SchemaValidator.Document] {
            let headers = JSONText.headers(record.headers)
            if record.topic == topics.deadLetters { return [.init(schema: "dead-letter-headers.json", text: headers)] }
            let schema = record.topic == topics.ordersCreated ? "order-created.json" : "event-skipped.json"
            #expect([topics.ordersCreated, topics.eventsSkipped].contains(record.topic))
            return [
                .init(schema: "output-headers.json", text: headers),
                .init(schema: schema, text: String(decoding: record.value ?? [], as: UTF8.self)),
            ]
        }

        private static func check(_ documents: [SchemaValidator.Document]) throws {
            var wrong = 0
            for (document, problems) in zip(documents, try SchemaValidator.problems(documents)) where !problems.isEmpty
            {
                wrong += 1
                if wrong <= 10 { Issue.record("\(document.schema): \(problems)\n\(document.text)") }
            }
            #expect(wrong == 0, "of \(documents.count)")
        }

        @Test func recordedOutputs() throws {
            let documents = try Self.files(".out.ndjson").flatMap(Self.documents)
            try Self.check(documents)
            #expect(documents.count > 400)
        }

        /// What the recorded histories and generated events give now, with the reference data of the example and settings that
        /// are not the default.
        @Test(arguments: [[], ["--outputs.explanations", "false", "--orders.valid_for", "null"]])
        func replays(_ flags: [String]) async throws {
            let folder = try TemporaryFolder()
            var generator = EventGenerator(seed: 7, experts: 6, time: 1_795_426_200_000_000)
            var lines: [UInt8] = []
            let writer = EnvelopeWriter()
            for offset in 0..<400 {
                let event = generator.next()
                writer.append(
                    EnvelopeRecord(
                        topic: "analysis.completed", partition: 0, offset: Int64(offset), timestamp: nil,
                        key: event.key,
                        value: offset % 50 == 0 ? [0xFF] : event.value), to: &lines)
            }
            try folder.write(String(decoding: lines, as: UTF8.self), to: "generated.in.ndjson")
            let reference = Self.root.appendingPathComponent("config/reference.yaml").path
            var documents: [SchemaValidator.Document] = []
            for file in Self.files(".in.ndjson") + [folder.file("generated.in.ndjson")] {
                let output = folder.file("out")
                var words = ["replay", "--from-file", file, "--to-file", output] + flags
                if file.hasSuffix("generated.in.ndjson") { words += ["--reference", reference] }
                let result = await CommandLine.run(words)
                #expect(result.code == 0, "\(result.notes)")
                documents += try Self.documents(output)
            }
            try Self.check(documents)
            #expect(documents.count > 1_500)
            func has(_ text: String) -> Bool { documents.contains { $0.text.contains(text) } }
            for role in ["entry", "take_profit", "stop_loss", "close", "increase"] {
                #expect(has(#""role":"\#(role)""#))
            }
            let reasons = [
                "unknown_expert", "expert_disabled", "automation_disabled", "duplicate_event", "existing_transaction",
                "hold",
                "conditions_not_met", "no_position", "insufficient_equity",
            ]
            for reason in reasons { #expect(has(#""reason":"\#(reason)""#), "\(reason)") }
            #expect(has(#""explanation":{"#) == flags.isEmpty)
        }

        /// The service from Kafka to Kafka, with the reference data of the example.
        @Test("run", arguments: ServiceBroker.available)
        func runs(_ broker: ServiceBroker) throws {
            let harness = try ServiceHarness(broker, reference: nil)
            harness.configuration.reference.file = ConfiguredPath(
                Self.root.appendingPathComponent("config/reference.yaml").path)
            harness.configuration.locks.wait = 0
            var generator = EventGenerator(seed: 3, experts: 6, time: WallTime.now)
            var records = [
                TestRecord(.analysisCompleted, key: "1", value: "no JSON"),
                TestRecord(.analysisCompleted, key: nil, value: nil),
                TestRecord(.orderUpdates, key: "1", value: "{}"), TestRecord(.reference, key: "x", value: "{}"),
            ]
            HeaderBlock.append(
                name: "traceparent".utf8, value: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".utf8,
                to: &records[0].headers)
            var ids: Set<Int64> = []
            for _ in 0..<200 {
                let event = generator.next()
                for id in String(decoding: event.value, as: UTF8.self).matches(of: /"id":(\d+)/) {
                    ids.insert(Int64(id.1) ?? 0)
                }
                var record = TestRecord(.analysisCompleted, key: nil, bytes: event.value)
                record.key = event.key
                HeaderBlock.append(name: "traceparent".utf8, value: "00-1-2-01".utf8, to: &record.headers)
                records.append(record)
            }
            try harness.site.publish(records)
            let running = try harness.start()
            let outputs = try harness.site.outputs()
            // Every recommendation has an outcome; how many passes that takes is up to the locks.
            func decided(_ outputs: OutputReader) -> Set<Int64> {
                Set(outputs.all.compactMap { $0.integer("recommendation_id") })
            }
            #expect(
                outputs.read { $0.deadLetters.count >= 4 && decided($0) == ids }, "\(outputs.summary)")
            try running.stop()
            let topics = harness.site.topics
            let documents = try outputs.all.flatMap { output in
                var block: [UInt8] = []
                for header in output.content.headers {
                    HeaderBlock.append(name: header.name.utf8, value: header.value, to: &block)
                }
                return try Self.documents(
                    EnvelopeRecord(
                        topic: topics.name(of: output.topic), partition: 0, offset: 0, timestamp: nil,
                        key: output.content.key, value: output.content.value, headers: block), topics)
            }
            try Self.check(documents)
            #expect(outputs.all.allSatisfy { $0.topic == .deadLetters || $0.header("traceparent") == "00-1-2-01" })
        }
    }
}
