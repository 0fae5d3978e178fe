import Foundation
import Testing

@testable import Commands

/// Each in a process of its own.
@Suite struct SignalsTests {
    @Test func theFirstSignalStops() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let signals = Signals { name in _exit(name == "SIGTERM" ? 7 : 8) }
            kill(getpid(), SIGTERM)
            withExtendedLifetime(signals) { while true { pause() } }
        }
        await #expect(processExitsWith: .exitCode(9)) {
            let signals = Signals { name in _exit(name == "SIGINT" ? 9 : 8) }
            kill(getpid(), SIGINT)
            withExtendedLifetime(signals) { while true { pause() } }
        }
    }

    @Test func theSecondEndsAtOnceWhileTheFirstIsWorkedOn() async {
        await #expect(processExitsWith: .exitCode(130)) {
            let signals = Signals { _ in
                kill(getpid(), SIGINT)
                while true { pause() }
            }
            kill(getpid(), SIGTERM)
            withExtendedLifetime(signals) { while true { pause() } }
        }
    }

    @Test func aReaderThatWentAwayIsAnError() async {
        await #expect(processExitsWith: .exitCode(EPIPE)) {
            let signals = Signals { _ in }
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            close(ends[0])
            write(ends[1], "x", 1)
            let code = errno
            withExtendedLifetime(signals) { _exit(code) }
        }
    }
}
