import Telemetry

/// Whether a command that works something off was told to stop: by the first SIGTERM or SIGINT. Made once in a process.
final class Interruption {
    private let signal = Flag()

    /// Begins to listen; throws where the system can't.
    init() throws {
        let signal = signal
        try Signals.listen { name in signal.name.withLock { $0 = name } }
    }

    /// The signal's name; nil: go on.
    var name: String? { signal.name.withLock { $0 } }

    /// The same question, from any thread.
    var isRaised: @Sendable () -> Bool {
        let signal = signal
        return { signal.name.withLock { $0 != nil } }
    }
}

private final class Flag: Sendable {
    let name = Lock<String?>(nil)
}
