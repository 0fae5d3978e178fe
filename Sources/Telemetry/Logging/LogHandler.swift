/// One line of the log, before it has a format.
package struct LogEvent: Hashable, Sendable {
    package var level: LogLevel
    /// The part of the service that speaks.
    package var label: String
    package var message: String
    package var metadata: LogMetadata

    package init(level: LogLevel, label: String, message: String, metadata: LogMetadata = [:]) {
        self.level = level
        self.label = label
        self.message = message
        self.metadata = metadata
    }
}

/// Where log lines go. Called from any thread, also from several at once; it must not block for long.
package protocol LogHandler: Sendable {
    func log(_ event: LogEvent)
}

/// Keeps nothing: for what runs without a log.
package struct NoLogHandler: LogHandler {
    package init() {}

    package func log(_ event: LogEvent) {}
}
