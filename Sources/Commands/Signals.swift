import CSystem
import Foundation

/// The signals of a process that runs until it is told to stop.
package enum Signals {
    /// From now on the first SIGTERM or SIGINT calls `stop`, and the second ends the process at once, with 128 and the signal's
    /// number. SIGPIPE is ignored: a reader that went away is an error of the write.
    ///
    /// No signal is missed once this has returned, which is why it is no dispatch source: those are registered later, on another
    /// thread. For the start of a command, once in a process.
    /// - Parameter stop: called once, with the signal's name, on a thread of its own; it may block.
    /// - Throws: `POSIXError` where the system has no pipe left.
    package static func listen(stop: @escaping @Sendable (String) -> Void) throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw failure(errno) }
        let (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must not block.
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        let code = csystem_signals_to_pipe([SIGTERM, SIGINT], 2, writing)
        guard code == 0 else { throw failure(code) }
        start("signals") { hear(reading, stop) }
    }

    private static func hear(_ descriptor: Int32, _ stop: @escaping @Sendable (String) -> Void) {
        var isFirst = true
        var number: UInt8 = 0
        while true {
            let count = read(descriptor, &number, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return }
            guard isFirst else { _exit(128 + Int32(number)) }
            isFirst = false
            let name = Int32(number) == SIGINT ? "SIGINT" : "SIGTERM"
            start("stop") { stop(name) }
        }
    }

    private static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        thread.start()
    }

    private static func failure(_ code: Int32) -> POSIXError {
        POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
    }
}
