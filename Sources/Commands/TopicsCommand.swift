import Settings
import Telemetry
import TradeContracts
import TradeKafka

/// `topics create`: makes the topics that the configuration names.
enum TopicsCommand: Command {
    static let definition = CommandDefinition(
        "topics create", "Makes the topics that the configuration names, with the settings that they need.",
        discussion:
            "What is there already stays as it is. The reference topic is compacted and has one partition (R98).",
        options: [
            .config,
            Option("partitions", value: "N", "Partitions of each topic but the reference topic; 4 by default."),
            Option("replication", value: "R", "Copies of each record; the broker's default by default."),
        ], settings: Setting.all(under: "kafka.", "log."))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let configuration = try arguments.configuration(environment: context.environment)
        guard let servers = configuration.servers else {
            throw UsageError(
                "kafka.bootstrap_servers is `embedded`, which makes its topics itself; name a broker's address",
                command: definition.name)
        }
        let partitions = Int32(try arguments.integer("partitions", in: 1...10_000) ?? 4)
        let replication = Int32(try arguments.integer("replication", in: 1...100) ?? -1)
        let names = configuration.topicNames
        let admin = try KafkaAdmin(configuration.kafkaConfiguration(servers: servers, logger: .none))
        let created = try admin.create(topics(names, partitions: partitions, replication: replication))
        var done = true
        for (name, creation) in created.sorted(by: { $0.key < $1.key }) {
            switch creation {
            case .created: context.output("\(name): created\n")
            case .exists: context.output("\(name): exists\n")
            case .failed(let error):
                done = false
                context.output("\(name): FAILED: \(error)\n")
            }
        }
        return done ? .done : .failed
    }

    private static func topics(
        _ names: TopicNames, partitions: Int32, replication: Int32
    ) -> [KafkaAdmin.NewTopic] {
        let inputs = InputTopic.allCases.filter { !names.name(of: $0).isEmpty }.map { topic in
            KafkaAdmin.NewTopic(
                name: names.name(of: topic), partitions: topic == .reference ? 1 : partitions,
                replication: replication, settings: topic == .reference ? ["cleanup.policy": "compact"] : [:])
        }
        let outputs = OutputTopic.allCases.map {
            KafkaAdmin.NewTopic(name: names.name(of: $0), partitions: partitions, replication: replication)
        }
        return inputs + outputs
    }
}
