import Telemetry

/// Keeps what is logged.
final class CapturingLogHandler: LogHandler {
    private let kept = Lock<[LogEvent]>([])

    var events: [LogEvent] { kept.withLock { $0 } }

    func log(_ event: LogEvent) {
        kept.withLock { $0.append(event) }
    }
}
