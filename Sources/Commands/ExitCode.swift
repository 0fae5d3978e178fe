/// How the program ends.
package enum ExitCode: Int32, Sendable {
    case done = 0
    /// A difference or a failure was found.
    case failed = 1
    /// The command line is wrong.
    case usage = 64
    /// The configuration is wrong, or the state it leads to (G6).
    case configuration = 78
}
