/// `completions`: scripts that complete command lines.
enum CompletionsCommand: Command {
    static let definition = CommandDefinition(
        "completions", "Prints a script that completes command lines in a shell.",
        discussion: """
            For bash: source <(trade-manager completions bash)

            For zsh: trade-manager completions zsh > "${fpath[1]}/_trade-manager"
            """,
        arguments: [Argument("SHELL", choices: ["bash", "zsh"], "The shell.")])

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let definitions = Program.commands.map { $0.definition }
        context.output(arguments.arguments == ["zsh"] ? Completions.zsh(definitions) : Completions.bash(definitions))
        return .done
    }
}
