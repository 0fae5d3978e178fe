import Settings

/// `run`: the service.
enum RunCommand: Command {
    static let definition = CommandDefinition(
        "run", "Runs the service until SIGTERM or SIGINT.",
        discussion: """
            Reads the input topics, decides, keeps everything in the store and publishes what came out. The first SIGTERM or \
            SIGINT ends it within shutdown.deadline, the second at once; what is not published by then is in the outbox.
            """,
        options: [.config], settings: SettingTable.all)

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        _ = try arguments.configuration(environment: context.environment)
        context.note("trade-manager: run is not composed yet")
        return .failed
    }
}
