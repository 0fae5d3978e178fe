import Foundation
import Testing

@testable import Commands

/// Each in a process of its own.
@Suite struct SignalsTests {
    @Test func theFirstSignalStops() async {
        await #expect(processExitsWith: .exitCode(7)) {
            try Signals.listen { name in _exit(name == "SIGTERM" ? 7 : 8) }
            kill(getpid(), SIGTERM)
            while true { pause() }
        }
        await #expect(processExitsWith: .exitCode(9)) {
            try Signals.listen { name in _exit(name == "SIGINT" ? 9 : 8) }
            kill(getpid(), SIGINT)
            while true { pause() }
        }
    }

    @Test func theSecondEndsAtOnceWhileTheFirstIsWorkedOn() async {
        await #expect(processExitsWith: .exitCode(130)) {
            try Signals.listen { _ in
                kill(getpid(), SIGINT)
                while true { pause() }
            }
            kill(getpid(), SIGTERM)
            while true { pause() }
        }
    }

    @Test func aReaderThatWentAwayIsAnError() async {
        await #expect(processExitsWith: .exitCode(EPIPE)) {
            try Signals.listen { _ in }
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            close(ends[0])
            write(ends[1], "x", 1)
            let code = errno
            _exit(code)
        }
    }
}
