package import Telemetry

/// Keeps what is logged.
package final class CapturedLog: LogHandler {
    private let kept = Lock<[LogEvent]>([])

    package init() {}

    package var events: [LogEvent] { kept.withLock { $0 } }

    package func log(_ event: LogEvent) { kept.withLock { $0.append(event) } }

    /// The lines whose message begins so.
    package func lines(beginning prefix: String) -> [LogEvent] { events.filter { $0.message.hasPrefix(prefix) } }

    /// All of it, for a test that failed.
    package var text: String {
        events.map { event in
            let metadata = event.metadata.entries.map { " \($0.name)=\($0.value)" }.joined()
            return "\(event.level) \(event.message)\(metadata)"
        }.joined(separator: "\n")
    }
}
