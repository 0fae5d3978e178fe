/// What ends a replay or a capture: its code, with what was wrong, where, and what to do.
package struct ReplayError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// A file can't be written.
        case file
        /// A record has no place in a replay.
        case record
        /// The machine did not come to rest.
        case machine
    }

    package let code: Code
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
