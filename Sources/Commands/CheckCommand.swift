import Settings

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
        return .done
    }
}
