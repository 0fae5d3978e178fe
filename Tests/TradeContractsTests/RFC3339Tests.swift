import Testing
import TradeContracts
import TradeCore

@Suite("Times of the wire (R6)")
struct RFC3339Tests {
    static let table: [(text: String, microseconds: Int64?)] = [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-11-23T09:30:00.123Z", 1_795_426_200_123_000),
        ("2026-11-23T09:30:00.1Z", 1_795_426_200_100_000), ("2026-11-23T09:30:00.123456789Z", 1_795_426_200_123_456),
        ("2026-11-23T10:30:00.123+01:00", 1_795_426_200_123_000),
        ("2026-11-23T00:00:00.123-09:30", 1_795_426_200_123_000),
        ("2026-11-23T09:30:00.123-00:00", 1_795_426_200_123_000), ("2000-02-29T00:00:00Z", 951_782_400_000_000),
        ("1900-02-28T00:00:00Z", -2_203_977_600_000_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000_000),
        ("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999_999),
        // A leap second is the last microsecond of its minute.
        ("2016-12-31T23:59:60Z", 1_483_228_799_999_999), ("2017-01-01T00:59:60.5+01:00", 1_483_228_799_999_999),
        ("2016-12-30T23:59:60Z", nil), ("2016-12-31T23:58:60Z", nil), ("2016-12-31T23:59:60+01:00", nil),
        ("2016-12-31T23:59:61Z", nil),
        ("0000-01-01T00:00:00+00:01", nil), ("9999-12-31T23:59:59-00:01", nil),
        ("2026-02-29T00:00:00Z", nil), ("1900-02-29T00:00:00Z", nil), ("2026-04-31T00:00:00Z", nil),
        ("2026-00-01T00:00:00Z", nil), ("2026-13-01T00:00:00Z", nil), ("2026-01-00T00:00:00Z", nil),
        ("2026-01-32T00:00:00Z", nil), ("2026-01-01T24:00:00Z", nil), ("2026-01-01T00:60:00Z", nil),
        ("2026-01-01t00:00:00Z", nil), ("2026-01-01T00:00:00z", nil), ("2026-01-01 00:00:00Z", nil),
        ("2026-01-01T00:00:00", nil), ("2026-01-01T00:00Z", nil), ("2026-01-01T00:00:00.Z", nil),
        ("2026-01-01T00:00:00.1234567890Z", nil), ("2026-01-01T00:00:00,5Z", nil), ("2026-01-01T00:00:00ZZ", nil),
        ("2026-01-01T00:00:00+0100", nil), ("2026-01-01T00:00:00+01", nil), ("2026-01-01T00:00:00+24:00", nil),
        ("2026-01-01T00:00:00+01:60", nil), ("2026-01-01T00:00:00+01:00Z", nil), ("2026-01-01T00:00:00 01:00", nil),
        ("+2026-01-01T00:00:00Z", nil), ("-026-01-01T00:00:00Z", nil), ("26-01-01T00:00:00Z", nil),
        ("2026-1-01T00:00:00Z00", nil), (" 2026-01-01T00:00:00Z", nil), ("2026-01-01T00:00:00Z ", nil), ("", nil),
        ("٢٠٢٦-01-01T00:00:00Z", nil), ("2026-01-01T00:00:00.123456789+01:000", nil), ("2026-01-01", nil),
    ]

    @Test("Strict, to the microsecond", arguments: table)
    func parse(text: String, microseconds: Int64?) {
        #expect(RFC3339.parse(text)?.microseconds == microseconds)
    }

    @Test("What outputs write is read as the same millisecond (seeded)")
    func roundTrip() throws {
        var random = SeededRandom.fresh("times")
        let range = RFC3339.earliest.microseconds...RFC3339.latest.microseconds
        for round in 0..<5_000 {
            let microseconds = round == 0 ? range.lowerBound : Int64.random(in: range, using: &random)
            let text = try #require(OutputSamples.skippedAt(Timestamp(microseconds: microseconds)))
            let read = try #require(RFC3339.parse(text)?.microseconds)
            #expect((0..<1_000).contains(microseconds - read), "\(text), seed \(random.seed)")
        }
    }

    @Test("Instants that four digits of a year cannot write are written as the nearest that they can")
    func beyond() {
        #expect(OutputSamples.skippedAt(Timestamp(microseconds: .max)) == "9999-12-31T23:59:59.999Z")
        #expect(OutputSamples.skippedAt(Timestamp(microseconds: .min)) == "0000-01-01T00:00:00.000Z")
        #expect(OutputSamples.skippedAt(Timestamp(microseconds: -1)) == "1969-12-31T23:59:59.999Z")
    }
}
