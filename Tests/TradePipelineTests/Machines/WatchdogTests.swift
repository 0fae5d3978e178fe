import Testing

@testable import TradePipeline

@Suite struct WatchdogTests {
    private static func at(_ mark: Int64, _ name: String = "a", pending: Bool = true) -> Progress {
        Progress(name: name, mark: mark, isPending: pending, doing: "something")
    }

    @Test func namesWhatStandsStillOnceAndWhatGoesOnAgain() {
        var watchdog = Watchdog(bound: 10)
        #expect(watchdog.observe([Self.at(1)], now: 0) == [])
        #expect(watchdog.observe([Self.at(1)], now: 9) == [])
        #expect(watchdog.observe([Self.at(1)], now: 10) == [.stuck(Self.at(1), for: 10)])
        #expect(watchdog.observe([Self.at(1)], now: 99) == [], "once")
        #expect(watchdog.observe([Self.at(2)], now: 100) == [.goesOn(name: "a", after: 100)])
        #expect(watchdog.observe([Self.at(2)], now: 109) == [])
    }

    @Test func whatGetsOnOrHasNothingToDoIsNotStuck() {
        var watchdog = Watchdog(bound: 10)
        for now in stride(from: Int64(0), to: 100, by: 5) {
            #expect(watchdog.observe([Self.at(now), Self.at(1, "b", pending: false)], now: now) == [])
        }
        // It counts from when there is something to do.
        #expect(watchdog.observe([Self.at(1, "b")], now: 100) == [])
        #expect(watchdog.observe([Self.at(1, "b")], now: 109) == [])
        #expect(watchdog.observe([Self.at(1, "b")], now: 110) == [.stuck(Self.at(1, "b"), for: 10)])
    }

    @Test func whatIsNotNamedAnyMoreIsOver() {
        var watchdog = Watchdog(bound: 10)
        _ = watchdog.observe([Self.at(1)], now: 0)
        _ = watchdog.observe([Self.at(1)], now: 10)
        #expect(watchdog.observe([], now: 30) == [.goesOn(name: "a", after: 30)])
        #expect(watchdog.observe([Self.at(1)], now: 31) == [], "a new one")
    }
}
