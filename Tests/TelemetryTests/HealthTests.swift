import Testing

@testable import Telemetry

@Suite struct HealthTests {
    @Test func conditionsRememberSince() {
        let time = Clock()
        let health = Health(now: { time.now() })
        #expect(health.isOK && health.conditions.isEmpty)
        #expect(health.set("store", isOK: true))
        #expect(health.set("broker", isOK: false, message: "down"))
        #expect(!health.set("broker", isOK: false, message: "still down"))
        #expect(!health.isOK)
        #expect(
            health.conditions == [
                .init(name: "broker", isOK: false, message: "still down", since: 2),
                .init(name: "store", isOK: true, message: "", since: 1),
            ])
        #expect(health.set("broker", isOK: true))
        #expect(health.isOK)
        #expect(health.conditions.map(\.since) == [4, 1])
        health.remove("broker")
        #expect(health.conditions.map(\.name) == ["store"])
    }

    private final class Clock: Sendable {
        private let time = Lock<Int64>(0)

        func now() -> Int64 {
            time.withLock {
                $0 += 1
                return $0
            }
        }
    }
}
