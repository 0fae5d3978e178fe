import Foundation
import Settings
import TradeStore

/// `store snapshot`: a consistent copy of the store.
enum StoreSnapshotCommand: Command {
    static let definition = CommandDefinition(
        "store snapshot", "Copies the store to a file, consistent and durable, beside a service that runs.",
        discussion: """
            The copy holds one state of the store and is compact; the service goes on meanwhile. It is written beside its place and \
            put there at the end; a file that is there is never replaced.

            explain, store verify and audit read a copy as they read a store. run refuses it: two live stores of one identity would \
            trade twice. Where the original is gone for good, store accept owner makes a store of the copy; what the original did \
            after the copy was made is then found by audit.
            """,
        options: [.config, Option("to", value: "FILE", isRequired: true, isFile: true, "Where the copy goes.")],
        settings: Setting.all(under: "store.", "log."))

    static func run(_ arguments: ParsedArguments, _ context: CommandContext) throws -> ExitCode {
        let configuration = try arguments.configuration(environment: context.environment)
        let file = arguments.value("to") ?? ""
        guard !file.isEmpty, !file.hasSuffix("/") else {
            throw UsageError("--to \(file): expected the path of a file", command: definition.name)
        }
        let copy = try StoreCopy.make(of: configuration.existingStore(), to: file)
        context.output("\(copy.path): \(copy.size) bytes, with all up to entry \(copy.lastCommit)\n")
        return .done
    }
}
