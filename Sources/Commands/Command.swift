/// A command of the program: its definition and what it does.
package protocol Command {
    static var definition: CommandDefinition { get }

    /// Runs on the main thread, which it may block, and returns when it is done.
    ///
    /// A `ConfigurationError` that it throws ends with 78, a `UsageError` with 64, any other error with 1; the error's
    /// description is printed.
    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode
}
