import Dispatch
import Foundation
import Telemetry

/// The signals of a process that runs until it is told to stop.
///
/// The first SIGTERM or SIGINT calls `stop`; the second ends the process at once, with 128 and the signal's number. SIGPIPE is
/// ignored: a reader that went away is an error of the write. Kept for as long as the signals are to be heard.
package final class Signals {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter stop: called once, with the signal's name, on a thread of its own; it may block.
    package init(stop: @escaping @Sendable (String) -> Void) {
        signal(SIGPIPE, SIG_IGN)
        // Serial, and not the main queue, which nobody may be running.
        let queue = DispatchQueue(label: "signals")
        let stopping = DispatchQueue(label: "stop")
        let heard = FirstCall()
        sources = [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")].map { number, name in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { @Sendable in
                guard heard.happens() else { _exit(128 + number) }
                stopping.async { stop(name) }
            }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}

/// Tells the first call from those after it.
private final class FirstCall: Sendable {
    private let isOver = Lock(false)

    func happens() -> Bool {
        isOver.withLock { isOver in
            defer { isOver = true }
            return !isOver
        }
    }
}
