import Foundation
import Support
import Telemetry
import Testing

@Suite struct WallTimeTests {
    @Test func knownTimes() {
        #expect(WallTime.text(0) == "1970-01-01T00:00:00.000Z")
        #expect(WallTime.text(-1) == "1969-12-31T23:59:59.999Z")
        #expect(WallTime.text(951_782_400_000_000) == "2000-02-29T00:00:00.000Z")
        #expect(WallTime.text(.max) == "9999-12-31T23:59:59.999Z")
        #expect(WallTime.text(.min) == "0000-01-01T00:00:00.000Z")
        #expect(WallTime.now > 1_700_000_000_000_000)
    }

    @Test func asFoundationHasIt() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var generator = ContractRandom(seed: 7)
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -10_000_000_000...100_000_000_000, using: &generator)
            let text = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
            #expect(WallTime.text(seconds * 1_000_000) == text)
        }
    }
}
