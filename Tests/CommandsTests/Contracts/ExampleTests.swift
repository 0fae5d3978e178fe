import Foundation
import ServiceSupport
import Settings
import Testing
import TradeContracts
import TradeCore

@testable import Commands

extension Processes {
    /// Every example of the README and of `config/` is run as it stands.
    @Suite("Examples of the README and of config/") struct ExampleTests {
        private static let root = URL(fileURLWithPath: SchemaValidator.folder).deletingLastPathComponent()
            .deletingLastPathComponent()

        private static func text(_ path: String) throws -> String {
            try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        }

        /// The code blocks of the README in a language.
        private static func blocks(_ language: String) throws -> [String] {
            try text("README.md").components(separatedBy: "\n```\(language)\n").dropFirst().map { rest in
                String(rest.components(separatedBy: "\n```")[0])
            }
        }

        /// A folder with `config/` and the program's name, as a user stands in it.
        private static func workplace() throws -> TemporaryFolder {
            let folder = try TemporaryFolder()
            try FileManager.default.copyItem(
                atPath: root.appendingPathComponent("config").path, toPath: folder.file("config"))
            try FileManager.default.createSymbolicLink(
                atPath: folder.file("trade-manager"), withDestinationPath: BuiltProgram.tradeManager)
            return folder
        }

        /// The event comes in, the order and the skip go out, byte for byte but for the lines.
        @Test func recordsOfTheREADME() async throws {
            let blocks = try Self.blocks("json").map { block in
                block.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined()
            }
            try #require(blocks.count == 3)
            let folder = try TemporaryFolder()
            var lines: [UInt8] = []
            EnvelopeWriter().append(
                EnvelopeRecord(
                    topic: "analysis.completed", partition: 0, offset: 41, timestamp: nil, key: Array("1".utf8),
                    value: Array(blocks[0].utf8)), to: &lines)
            let input = try folder.write(String(decoding: lines, as: UTF8.self), to: "in")
            let result = await CommandLine.run([
                "replay", "--from-file", input, "--reference",
                Self.root.appendingPathComponent("config/reference.yaml").path, "--to-file", folder.file("out"),
            ])
            #expect(result.code == 0, "\(result.notes)")
            let values = try EnvelopeText.records(folder.file("out")).map {
                String(decoding: $0.value ?? [], as: UTF8.self)
            }
            #expect(values.count == 3)
            #expect(values.first == blocks[1])
            #expect(values.last == blocks[2])
            guard SchemaValidator.python != nil else { return }
            let problems = try SchemaValidator.problems(
                zip(["analysis-event.json", "order-created.json", "event-skipped.json"], blocks).map {
                    .init(schema: $0, text: $1)
                })
            #expect(problems == [[], [], []])
        }

        /// Every line that calls the program, in the README's order, against a broker; `run` until a signal ends it.
        @Test func commandsOfTheREADME() throws {
            let folder = try Self.workplace()
            let broker = try ChildProcess(BuiltProgram.tradeManager, ["broker"])
            #expect(broker.waitForOutput("\n"))
            let servers = broker.output.trimmingCharacters(in: .whitespacesAndNewlines)
            var seen = 0
            for block in try Self.blocks("sh") {
                for line in block.split(separator: "\n") where line.contains("trade-manager ") {
                    seen += 1
                    let command = line.replacing("localhost:9092", with: servers)
                    let isService = line.hasPrefix("trade-manager run ")
                    let path = folder.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
                    let child = try ChildProcess(
                        "/bin/bash", ["-euo", "pipefail", "-c", isService ? "exec \(command)" : String(command)],
                        environment: ["PATH": path], folder: folder.path)
                    if isService {
                        #expect(child.waitForErrors("Reference data is complete"), "\(line): \(child.errors)")
                        child.send(SIGTERM)
                    }
                    #expect(child.waitForExit(seconds: 60) == .code(0), "\(line): \(child.errors)")
                }
            }
            #expect(seen >= 9)
            broker.send(SIGTERM)
            #expect(broker.waitForExit() == .code(0))
        }

        /// The example of reference data is what a service starts with, without a rule that can never hold.
        @Test(.enabled(if: SchemaValidator.python != nil, "there is no python3 with jsonschema"))
        func referenceData() throws {
            let path = Self.root.appendingPathComponent("config/reference.yaml").path
            let changes = try ReferenceFileReader.changes(.init(wrappedValue: .init(path)))
            #expect(changes.count == 10)
            #expect(changes.flatMap(\.warnings).isEmpty)
            let data = try #require(FileManager.default.contents(atPath: path))
            let root = ReferenceNode(try YAMLParser.parse(Array(data), file: path))
            var documents = [SchemaValidator.Document(schema: "reference-file.json", text: JSONText.value(root))]
            // The same objects as records of the topic, as the store keeps them.
            for change in changes {
                let kind = try #require(change.key.text.split(separator: "/").first)
                documents.append(.init(schema: "\(kind).json", text: String(decoding: change.json, as: UTF8.self)))
            }
            #expect(try SchemaValidator.problems(documents).allSatisfy { $0.isEmpty })
        }

        /// The quickstart with the program as it was built here.
        @Test func quickstart() throws {
            let folder = try TemporaryFolder()
            let child = try ChildProcess(
                Self.root.appendingPathComponent("deploy/quickstart").path, ["400"],
                environment: ["TRADE_MANAGER": BuiltProgram.tradeManager, "TMPDIR": folder.path], folder: "/")
            #expect(child.waitForExit(seconds: 120) == .code(0), "\(child.errors)")
            let counts = child.output.split(separator: "\n").map { $0.split(separator: " ") }
            func count(_ name: String) -> Int {
                counts.first { $0.first == Substring(name) }.flatMap { Int($0.last ?? "") } ?? 0
            }
            #expect(count("orders") > 0 && count("dead") == 3)
            #expect(count("entry") > 0 && count("take_profit") > 0, "\(child.output)")
            #expect(
                counts.count { $0.first == "skips" } == 1 && count("unknown_expert") > 0 && count("expert_disabled") > 0
            )
            #expect(child.errors.contains("8 threads: sha256"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty, "it leaves nothing behind")
        }
    }
}
