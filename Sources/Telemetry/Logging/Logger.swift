/// Writes log lines, in the shape of swift-log's `Logger`.
///
/// A value: copies share the handler, and metadata set on one copy stays with it. Message and metadata are evaluated only where
/// the level is on, so a line that is off costs a comparison.
package struct Logger: Sendable {
    package let label: String
    /// The least level that is written.
    package var level: LogLevel
    /// What every line of this logger carries, before what the line itself carries.
    package var metadata: LogMetadata
    private let handler: any LogHandler

    package init(label: String, level: LogLevel = .info, metadata: LogMetadata = [:], handler: any LogHandler) {
        self.label = label
        self.level = level
        self.metadata = metadata
        self.handler = handler
    }

    /// A logger that keeps nothing.
    package static var none: Logger { Logger(label: "", level: .critical, handler: NoLogHandler()) }

    /// The same handler, level and metadata for another part of the service.
    package func labeled(_ label: String) -> Logger {
        Logger(label: label, level: level, metadata: metadata, handler: handler)
    }

    package subscript(metadataKey name: String) -> LogValue? {
        get { metadata[name] }
        set { metadata[name] = newValue }
    }

    package func log(
        _ level: LogLevel, _ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = [:]
    ) {
        guard level >= self.level else { return }
        handler.log(
            LogEvent(level: level, label: label, message: message(), metadata: self.metadata.merging(metadata())))
    }

    package func trace(_ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = [:]) {
        log(.trace, message(), metadata: metadata())
    }

    package func debug(_ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = [:]) {
        log(.debug, message(), metadata: metadata())
    }

    package func info(_ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = [:]) {
        log(.info, message(), metadata: metadata())
    }

    package func notice(_ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = [:]) {
        log(.notice, message(), metadata: metadata())
    }

    package func warning(_ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = [:]) {
        log(.warning, message(), metadata: metadata())
    }

    package func error(_ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = [:]) {
        log(.error, message(), metadata: metadata())
    }

    package func critical(_ message: @autoclosure () -> String, metadata: @autoclosure () -> LogMetadata = [:]) {
        log(.critical, message(), metadata: metadata())
    }
}
