import Settings

/// `emit`: publishes events.
enum EmitCommand: Command {
    static let definition = CommandDefinition(
        "emit", "Publishes events from a file, or plausible generated ones.",
        discussion: "One of --file and --generate is needed. The same seed generates the same events.",
        options: [
            .config,
            Option("file", value: "FILE", isFile: true, "Records, one JSON object a line, in the envelope of kcat -J."),
            Option("generate", value: "N", "How many events to generate."),
            Option("experts", value: "E", "Of how many experts; 10 by default."),
            Option("seed", value: "S", "What the generator begins with; 1 by default."),
            Option("rate", value: "R", "Events a second; as fast as possible by default."),
        ], settings: Setting.all(under: "kafka.", "log."))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        guard arguments.has("file") != arguments.has("generate") else {
            throw UsageError("one of --file and --generate is needed, and not both", command: definition.name)
        }
        _ = try arguments.configuration(environment: context.environment)
        context.note("trade-manager: emit is not composed yet")
        return .failed
    }
}
