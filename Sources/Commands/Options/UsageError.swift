/// A command line that is wrong (exit code 64).
package struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what to do.
    package var message: String
    /// The command it is about; nil: none was found.
    package var command: String?

    package init(_ message: String, command: String? = nil) {
        self.message = message
        self.command = command
    }

    package var description: String { message }
}
