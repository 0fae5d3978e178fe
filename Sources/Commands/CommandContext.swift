import Foundation

/// What surrounds a command: environment variables, standard output and standard error.
package struct CommandContext: Sendable {
    package let environment: [String: String]
    /// Takes data: text for standard output.
    package let output: @Sendable (String) -> Void
    /// Takes progress and errors: one line for standard error, without its newline.
    package let note: @Sendable (String) -> Void
    /// Takes text for the terminal that standard error is; nil where it is none.
    package let terminal: (@Sendable (String) -> Void)?

    package init(
        environment: [String: String], output: @escaping @Sendable (String) -> Void,
        note: @escaping @Sendable (String) -> Void, terminal: (@Sendable (String) -> Void)? = nil
    ) {
        self.environment = environment
        self.output = output
        self.note = note
        self.terminal = terminal
    }

    /// That of this process.
    package static var process: CommandContext {
        let toTerminal: @Sendable (String) -> Void = { write($0, to: STDERR_FILENO) }
        return CommandContext(
            environment: ProcessInfo.processInfo.environment, output: { write($0, to: STDOUT_FILENO) },
            note: { write($0 + "\n", to: STDERR_FILENO) },
            terminal: isatty(STDERR_FILENO) == 1 ? toTerminal : nil)
    }

    /// Writes without a buffer, so that nothing is left behind however the process ends.
    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
