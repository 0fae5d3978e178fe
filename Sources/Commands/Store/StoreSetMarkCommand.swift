import Settings
import Telemetry
import TradeContracts
import TradeKafka
import TradePipeline
import TradeStore

/// `store set-mark`: where publishing goes on, said by an operator (design §6).
enum StoreSetMarkCommand: Command {
    static let definition = CommandDefinition(
        "store set-mark", "Names the last outbox row that counts as published; a plan by default.",
        discussion: """
            For when the relay's mark in Kafka is gone, or is not this store's any more, and the service stops at its start. audit \
            says which rows are there; the mark belongs before the first that is missing. Rows up to N count as published, and those \
            that are not are never published; rows above N are published, again where they were before, with the same ids. Without \
            --execute it says which rows that concerns.

            The stop before counts as a clean one then. On a real Kafka its mark is set, too, because the higher one of the two counts.

            With --execute nobody may hold the store.
            """,
        arguments: [Argument("N", "The number of the last row that counts as published; 0: none.")],
        options: [
            .config, Option("execute", "Sets the mark."), Option("all", "Lists every row; 20 by default."),
        ],
        settings: Setting.all(under: "store.", "kafka.", "log."))

    private static let listed = 20

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let text = arguments.arguments.first ?? ""
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let mark = Int64(text) else {
            throw UsageError("\(text): expected the number of an outbox row", command: definition.name)
        }
        let configuration = try arguments.configuration(environment: context.environment)
        let path = try configuration.existingStore()
        let options = SQLiteStoreOptions(topics: configuration.topicNames)
        guard arguments.has("execute") else {
            let limit = arguments.has("all") ? Int.max : listed
            let plan = try MarkPlan(
                StoreInspector(path: path, options: options), to: mark, options.topics, limit: limit)
            context.output(plan.text + "--execute sets the mark\n")
            return .done
        }
        let store = try StoreOwnership.take(path, options)
        defer { store.close() }
        try store.setRelayMark(mark)
        // After the store's: until both are written, the higher one counts at the next start.
        try writeKafkaMark(mark, configuration, store)
        context.output("the mark is \(mark)\n")
        return .done
    }

    private static func writeKafkaMark(_ mark: Int64, _ configuration: Configuration, _ store: SQLiteStore) throws {
        guard let servers = configuration.servers else { return }
        let kafka = configuration.kafkaConfiguration(servers: servers, logger: .none)
        if try KafkaAdmin(kafka).identity(within: 10).isEmbedded { return }
        try KafkaRelayMark.write(
            FoundMark(number: mark, writer: store.identity.text), kafka, relayID: configuration.relayID)
    }
}
