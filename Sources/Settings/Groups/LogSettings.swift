/// `log`: what is written to standard error.
package struct LogSettings: Sendable {
    /// The levels of `Telemetry`, by the same names.
    package enum Level: String, CaseIterable, Sendable {
        case trace
        case debug
        case info
        case notice
        case warning
        case error
        case critical
    }

    package enum Format: String, CaseIterable, Sendable {
        case text
        case json
    }

    @Sourced package var level: Level = .info
    @Sourced package var format: Format = .text
}
