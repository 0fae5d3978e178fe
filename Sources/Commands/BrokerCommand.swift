import Settings

/// `broker`: the embedded broker as a process of its own.
enum BrokerCommand: Command {
    static let definition = CommandDefinition(
        "broker", "Runs the embedded broker as a process of its own, until SIGTERM.",
        discussion: "Prints its bootstrap servers as the first line of standard output. What it holds ends with it.",
        options: [
            .config,
            Option(
                "topics", value: "NAME:PARTITIONS,…",
                "The topics to make; by default those of the configuration, with 4 partitions each."),
        ], settings: Setting.all(under: "kafka.topics.", "log."))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        _ = try arguments.configuration(environment: context.environment)
        context.note("trade-manager: broker is not composed yet")
        return .failed
    }
}
