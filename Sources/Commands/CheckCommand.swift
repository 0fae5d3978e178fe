import Foundation
import Settings
import Telemetry
import TradeContracts
import TradeKafka
import TradePipeline
import TradeStore

/// `check`: says what is usable.
enum CheckCommand: Command {
    static let definition = CommandDefinition(
        "check", "Says whether the configuration, the store, the broker and the topics are usable, one line each.",
        discussion: "With --settings it lists every setting with its value and where that came from.",
        options: [.config, Option("settings", "Lists every setting, and nothing else.")], settings: SettingTable.all)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let configuration = try arguments.configuration(environment: context.environment)
        if arguments.has("settings") {
            context.output("\(configuration)\n")
            return .done
        }
        context.output("configuration: ok\n")
        var usable = true
        func say(_ name: String, _ check: () throws -> String) {
            do {
                context.output("\(name): \(try check())\n")
            } catch {
                usable = false
                context.output("\(name): NOT USABLE: \(error)\n")
            }
        }
        say("reference file") {
            let changes = try ReferenceFileReader.changes(configuration.reference.$file)
            return configuration.reference.file == nil ? "none" : "ok, \(changes.count) entries"
        }
        say("store") { try checkStore(configuration) }
        checkBroker(configuration, say)
        return usable ? .done : .failed
    }

    private static func checkStore(_ configuration: Configuration) throws -> String {
        let path = configuration.store.path.path
        if !FileManager.default.fileExists(atPath: path) {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            guard FileManager.default.isWritableFile(atPath: folder) else {
                throw ConfigurationError(
                    key: "store.path", from: configuration.store.$path.source,
                    "\(folder) is no folder that this user can write to")
            }
            return "ok, will be made at \(path)"
        }
        let options = SQLiteStoreOptions(topics: configuration.topicNames)
        _ = try SQLiteQueries(path: path, options: options).answer(.outbox(after: 0, limit: 1))
        if try StoreInspector(path: path, options: options).isCopy() { throw StoreError.copy(path: path) }
        return "ok, \(path)"
    }

    private static func checkBroker(_ configuration: Configuration, _ say: (String, () throws -> String) -> Void) {
        guard let servers = configuration.servers else {
            say("broker") { "ok, the embedded broker starts with the service" }
            return
        }
        let kafka = configuration.kafkaConfiguration(servers: servers, logger: .none)
        var reached = false
        say("broker") {
            switch try KafkaClusterIdentity.read(kafka, within: 5) {
            case .embedded(let id):
                reached = true
                return "ok, an embedded broker (\(id)) at \(servers)"
            case .real(let id):
                reached = true
                return "ok, cluster \(id) at \(servers)"
            }
        }
        guard reached else { return }
        let names = configuration.topicNames
        let topics = (InputTopic.allCases.map { names.name(of: $0) } + OutputTopic.allCases.map { names.name(of: $0) })
            .filter { !$0.isEmpty }
        for topic in topics {
            say("topic \(topic)") {
                guard let partitions = try KafkaAdmin(kafka).partitions(of: topic) else { throw MissingTopic() }
                return "ok, \(partitions) partitions"
            }
        }
    }
}

/// A topic that the configuration names and the broker does not have.
private struct MissingTopic: Error, CustomStringConvertible {
    let description = "it does not exist: trade-manager topics create makes it"
}
