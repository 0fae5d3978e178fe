import Settings

/// The program: finds the command, runs it, and turns errors into messages and exit codes.
package enum Program {
    /// In the order of the help.
    static var commands: [any Command.Type] {
        [
            RunCommand.self, BrokerCommand.self, TopicsCommand.self, EmitCommand.self, CaptureCommand.self,
            ReplayCommand.self, HaltCommand.self, ResumeCommand.self, ExplainCommand.self, AuditCommand.self,
            DeadLettersListCommand.self, DeadLettersRedriveCommand.self, StoreSnapshotCommand.self,
            StoreVerifyCommand.self, StorePruneCommand.self, StoreSetMarkCommand.self,
            StoreAcceptCommand.self, CheckCommand.self,
            CompletionsCommand.self,
        ]
    }

    /// Runs the command line of a process, its program's name included, and returns the exit code.
    package static func main(_ arguments: [String], _ context: CommandContext = .process) -> Int32 {
        run(Array(arguments.dropFirst()), context).rawValue
    }

    static func run(_ arguments: [String], _ context: CommandContext) -> ExitCode {
        let definitions = commands.map { $0.definition }
        do {
            switch try OptionParser(definitions).parse(arguments) {
            case .version: context.output("trade-manager \(Version.text)\n")
            case .help(let name):
                let definition = definitions.first { $0.name == name }
                context.output(definition.map(HelpText.text) ?? HelpText.text(of: definitions))
            case .run(let parsed):
                guard let command = commands.first(where: { $0.definition.name == parsed.command }) else {
                    return .usage
                }
                return try command.run(parsed, context)
            }
            return .done
        } catch let error as UsageError {
            context.note("trade-manager: \(error.message)")
            context.note("See trade-manager \(error.command.map { "\($0) " } ?? "")--help.")
            return .usage
        } catch let error as ConfigurationError {
            for problem in error.problems { context.note("trade-manager: \(problem)") }
            return .configuration
        } catch {
            context.note("trade-manager: \(error)")
            return .failed
        }
    }
}
