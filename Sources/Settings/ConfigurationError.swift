/// Everything that is wrong with the configuration, told at once (exit code 78).
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One thing that is wrong.
    package struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// Where it was said.
        package var source: ValueSource
        /// The key with its dots, where it concerns one.
        package var key: String?
        /// What is wrong, with the value, and what is allowed.
        package var message: String

        package init(source: ValueSource, key: String? = nil, message: String) {
            self.source = source
            self.key = key
            self.message = message
        }

        package var description: String {
            // The name of a flag holds the key already.
            if case .flag = source { return "\(source): \(message)" }
            return "\(source): \(key.map { "\($0): " } ?? "")\(message)"
        }
    }

    /// In the order in which they were found, at least one.
    package var problems: [Problem]

    package init(_ problems: [Problem]) {
        self.problems = problems
    }

    /// One problem of one key.
    package init(key: String, from source: ValueSource, _ message: String) {
        problems = [Problem(source: source, key: key, message: message)]
    }

    init(file: String, line: Int, key: String? = nil, _ message: String) {
        problems = [Problem(source: .file(file, line: line), key: key, message: message)]
    }

    /// One line for each problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
