/// What is wrong in a file that a person or a tool made: reference data, or records in the `kcat -J` envelope.
///
/// Fatal where it is met: such a file stops the start or the command (R17, R20, R49). What is wrong in a record of a topic is an
/// `Undecodable` instead, a value that becomes a dead letter.
package struct ContractError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1; nil where it isn't known.
    package var line: Int?
    /// What is wrong, where, and what is allowed.
    package var message: String

    package init(line: Int? = nil, _ message: String) {
        self.line = line
        self.message = message
    }

    package var description: String { line.map { "line \($0): \(message)" } ?? message }
}
