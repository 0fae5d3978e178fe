import Settings
import TradeContracts
import TradePipeline
import TradeStore

/// `store accept`: what only an operator can know, said once for the next start (G6, R99).
enum StoreAcceptCommand: Command {
    static let definition = CommandDefinition(
        "store accept", "Accepts, once, what stops the service at its start; a plan by default.",
        discussion: """
            owner: what others have written beside this store's topics counts no more, its own positions and mark do. For a store \
            that was restored or copied when the one that went on is gone for good, and for offsets that a tool has set. What the \
            other one did since is not known to this store: what it took in since is decided again.

            gap: records of a partition are missing between the store's position and what is there, or the topic was made anew. \
            Reading goes on at the nearest offset; nothing is published for what was passed over, the log says how much it was.

            It holds for one start and is written down in the store. With --execute nobody may hold the store.
            """,
        arguments: [Argument("WHAT", "owner or gap.")],
        options: [
            .config, Option("topic", value: "TOPIC", "The topic of a gap."),
            Option("partition", value: "N", "The partition of a gap."), Option("execute", "Accepts it."),
        ],
        settings: Setting.all(under: "store.", "kafka.topics.", "log."))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let acceptance = try acceptance(arguments)
        let configuration = try arguments.configuration(environment: context.environment)
        let path = try configuration.existingStore()
        let options = SQLiteStoreOptions(topics: configuration.topicNames)
        if case .gap(let topic, _) = acceptance, options.topics.inputTopic(named: topic) == nil {
            throw UsageError("\(topic) is no input topic of this configuration", command: definition.name)
        }
        guard arguments.has("execute") else {
            context.output("\(describe(acceptance)), at the next start and for that one only\n--execute accepts it\n")
            return .done
        }
        if acceptance == .owner { try StoreCopy.accept(path: path, options: options) }
        let store = try StoreOwnership.take(path, options)
        defer { store.close() }
        try store.accept(acceptance)
        context.output("accepted: \(describe(acceptance)), at the next start and for that one only\n")
        return .done
    }

    private static func acceptance(_ arguments: ParsedArguments) throws -> Acceptance {
        switch arguments.arguments.first {
        case "owner": return .owner
        case "gap":
            guard let topic = arguments.value("topic"),
                let partition = try arguments.integer("partition", in: 0...999_999)
            else { throw UsageError("a gap needs --topic and --partition", command: definition.name) }
            return .gap(topic: topic, partition: Int32(partition))
        case let other:
            throw UsageError("\(other ?? ""): expected owner or gap", command: definition.name)
        }
    }

    private static func describe(_ acceptance: Acceptance) -> String {
        switch acceptance {
        case .owner: "the store's own positions and mark count, whatever others have written"
        case .gap(let topic, let partition):
            "reading \(topic) partition \(partition) goes on at the nearest offset that is there"
        }
    }
}
