import Foundation
import ServiceSupport
import Settings
import Testing
import TradeContracts
import TradeCore

@testable import Commands

extension Processes {
    /// `config/schemas/` and `config/asyncapi.yaml` by themselves: what they refer to is there, and they name what the code names.
    @Suite("The contracts as documents") struct SchemaFileTests {
        private static let config = URL(fileURLWithPath: SchemaValidator.folder).deletingLastPathComponent().path

        /// A YAML or JSON file below `config/`, as a tree.
        private static func tree(_ path: String) throws -> ReferenceNode {
            let data = try #require(FileManager.default.contents(atPath: "\(config)/\(path)"), "\(path) is not there")
            return ReferenceNode(try YAMLParser.parse(Array(data), file: path))
        }

        private static let schemas =
            ((try? FileManager.default.contentsOfDirectory(atPath: SchemaValidator.folder)) ?? []).sorted()

        /// Every `$ref` in a tree, with where it stands.
        private static func references(_ node: ReferenceNode, _ place: String = "") -> [(place: String, target: String)]
        {
            node.entries.flatMap { entry in
                entry.key == "$ref"
                    ? [(place, entry.value.text ?? "")] : references(entry.value, "\(place)/\(entry.key)")
            } + node.items.enumerated().flatMap { references($0.element, "\(place)/\($0.offset)") }
        }

        /// Whether a reference out of a file leads somewhere.
        private static func resolves(_ target: String, in file: String, _ root: ReferenceNode) throws -> Bool {
            let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            var root = root
            if let path = parts.first, !path.isEmpty {
                let folder = file.split(separator: "/").dropLast().joined(separator: "/")
                root = try tree((folder.isEmpty ? "" : folder + "/") + path.replacing("./", with: ""))
            }
            let pointer = (parts.count > 1 ? parts[1] : "").split(separator: "/").map {
                String($0).replacing("~1", with: "/").replacing("~0", with: "~")
            }
            return root[pointer] != nil
        }

        @Test(arguments: schemas.map { "schemas/\($0)" } + ["asyncapi.yaml"])
        func everyReferenceResolves(_ file: String) throws {
            let root = try Self.tree(file)
            for reference in Self.references(root) {
                #expect(
                    try Self.resolves(reference.target, in: file, root),
                    "\(file)\(reference.place): \(reference.target)")
            }
            if file != "asyncapi.yaml" {
                #expect(root[["$schema"]]?.text == "https://json-schema.org/draft/2020-12/schema", "\(file)")
                #expect(root[["title"]]?.text?.isEmpty == false, "\(file)")
            }
        }

        /// The channels are the topics, each with its messages, read or published by an operation.
        @Test func theAsyncAPIDocumentNamesEveryTopic() throws {
            let root = try Self.tree("asyncapi.yaml")
            #expect(root[["asyncapi"]]?.text == "3.0.0")
            let names = TopicNames()
            let inputs = [names.analysisCompleted, names.orderUpdates, names.reference ?? ""]
            let outputs = [names.ordersCreated, names.eventsSkipped, names.deadLetters]
            let channels = root[["channels"]]?.entries ?? []
            #expect(channels.map(\.key) == inputs + outputs)
            for channel in channels {
                #expect(channel.value[["address"]]?.text == channel.key)
                #expect(channel.value[["messages"]]?.entries.isEmpty == false)
            }
            let operations = (root[["operations"]]?.entries ?? []).map { operation in
                [operation.value[["action"]]?.text ?? "", operation.value[["channel", "$ref"]]?.text ?? ""]
            }
            #expect(
                operations == inputs.map { ["receive", "#/channels/\($0)"] }
                    + outputs.map { ["send", "#/channels/\($0)"] })
            // A schema that no message refers to would be one that nobody reads.
            let used = Set(
                Self.references(root).map(\.target).compactMap { $0.firstMatch(of: /schemas\/([a-z-]+\.json)/) }.map {
                    String($0.1)
                })
            #expect(Set(Self.schemas).subtracting(used) == ["envelope.json", "reference-file.json"])
        }

        @Test(.enabled(if: SchemaValidator.python != nil, "there is no python3 with jsonschema"))
        func theExamplesOfTheAsyncAPIDocumentAreValid() throws {
            let root = try Self.tree("asyncapi.yaml")
            var documents: [SchemaValidator.Document] = []
            for message in root[["components", "messages"]]?.entries ?? [] {
                for example in message.value[["examples"]]?.items ?? [] {
                    for part in ["headers", "payload"] {
                        guard let value = example[[part]] else { continue }
                        let name = try #require(message.value[[part, "$ref"]]?.text?.split(separator: "/").last)
                        let file = try #require(root[["components", "schemas", String(name), "schema", "$ref"]]?.text)
                        documents.append(
                            .init(schema: file.replacing("./schemas/", with: ""), text: JSONText.value(value)))
                    }
                }
            }
            #expect(documents.count >= 12)
            for (document, problems) in zip(documents, try SchemaValidator.problems(documents)) {
                #expect(problems.isEmpty, "\(document.schema): \(document.text.prefix(200))")
            }
        }

        /// The names that schemas enumerate are those of the code.
        @Test func theNamesAreThoseOfTheCode() throws {
            func names(_ file: String, _ path: String...) throws -> [String] {
                try #require(Self.tree("schemas/\(file)")[path]).items.compactMap(\.text)
            }
            let advice = ["$defs", "recommendation", "properties"]
            let event = try Self.tree("schemas/analysis-event.json")
            func advised(_ field: String) -> [String] {
                event[advice + [field, "enum"]]?.items.compactMap(\.text) ?? []
            }
            #expect(advised("recommended_action") == RecommendedAction.allCases.map(\.rawValue))
            #expect(advised("risk_level") == RiskLevel.allCases.map(\.rawValue))
            #expect(advised("time_horizon") == TimeHorizon.allCases.map(\.rawValue))
            #expect(try names("common.json", "$defs", "useCase", "enum") == UseCase.allCases.map(\.rawValue))
            #expect(
                try names("order-update.json", "$defs", "fields", "properties", "status", "enum")
                    == OrderStatus.allCases.map(\.rawValue))
            #expect(try names("order-created.json", "properties", "role", "enum") == OrderRole.allCases.map(\.rawValue))
            #expect(try names("order-created.json", "properties", "side", "enum") == Side.allCases.map(\.rawValue))
            #expect(
                try names("event-skipped.json", "properties", "reason", "enum") == SkipReason.allCases.map(\.rawValue))
            #expect(
                try names("dead-letter-headers.json", "properties", "dlq.reason", "enum")
                    == DeadLetterReason.allCases.map(\.rawValue))
        }

        /// Every condition and action that the schema names is known to the rules, and one that it doesn't name is not.
        @Test func theRulesThatTheSchemaNamesAreKnown() throws {
            let root = try Self.tree("schemas/ruleset.json")
            func examples(_ type: String, _ field: String) throws -> [String] {
                try #require(root[["$defs", type, "properties", field, "examples"]]).items.compactMap(\.text)
            }
            let one = Fixed9(whole: 1)
            func warnings(_ triggers: [Trigger], _ actions: [RuleAction]) -> [String] {
                Ruleset(id: "r", rules: [Rule(name: "r", triggers: triggers, actions: actions)]).warnings
            }
            let conditions = try examples("trigger", "condition")
            #expect(conditions.count == Set(conditions).count && conditions.count == 30 + 13)
            for condition in conditions {
                let comparisons = try examples("trigger", "operator")
                #expect(comparisons.count == 6)
                for comparison in comparisons {
                    #expect(warnings([Trigger(condition: condition, comparison: comparison, value: one)], []).isEmpty)
                }
            }
            for action in try examples("action", "action") {
                for reference in try examples("action", "reference") {
                    #expect(warnings([], [RuleAction(action: action, reference: reference, percent: one)]).isEmpty)
                }
            }
            #expect(
                !warnings([Trigger(condition: "x")], []).isEmpty && !warnings([], [RuleAction(action: "x")]).isEmpty)
        }
    }
}
