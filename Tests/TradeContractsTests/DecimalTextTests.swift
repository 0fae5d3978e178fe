import Testing
import TradeContracts
import TradeCore

@Suite("Numbers from their text (R4, R65)")
struct DecimalTextTests {
    static let table: [(text: String, billionths: Int64?)] = [
        ("0", 0), ("-0", 0), ("0.0", 0), ("-0.0e5", 0), ("0e999999999999999999999", 0), ("1", 1_000_000_000),
        ("1.0", 1_000_000_000), ("1e3", 1_000_000_000_000), ("1E+3", 1_000_000_000_000), ("1E-3", 1_000_000),
        ("189.95", 189_950_000_000), ("-6.2", -6_200_000_000), ("1E-400", 0), ("-1E-400", 0), ("1e400", nil),
        ("-1e400", nil), ("1e99999999999999999999", nil), ("1e-99999999999999999999", 0),
        ("0.0000000005", 1), ("-0.0000000005", -1), ("0.00000000049999999999999999999", 0),
        ("0.9999999995", 1_000_000_000),
        ("0.99999999949", 999_999_999), ("5e-10", 1), ("4.9e-10", 0), ("0.5e-9", 1), ("50e-11", 1), ("0.05e-9", 0),
        ("9223372036.854775807", .max), ("-9223372036.854775808", .min), ("9223372036.854775808", nil),
        ("-9223372036.854775809", nil), ("9223372036.8547758074999", .max), ("9223372036.8547758075", nil),
        ("10000000000", nil), ("0.00000000123e2", 123), ("00012.5", 12_500_000_000),
        ("123456789012345678901234567890e-29", 1_234_567_890), ("0.000000000000000000000000000001e30", 1_000_000_000),
        ("18446744073.709551616", nil), ("18446744073709551616e-10", 1_844_674_407_370_955_162),
        ("", nil), ("-", nil), (".", nil), ("1e", nil), ("1e+", nil), ("e1", nil), ("1x", nil), ("+1", nil),
        ("1.2.3", nil), (".5", nil), (" 1", nil), ("1 ", nil), ("NaN", nil), ("1e1.5", nil), ("--1", nil), ("٣", nil),
    ]

    @Test("Nine digits, halves away from zero, nil outside of the range", arguments: table)
    func fixed9(text: String, billionths: Int64?) {
        #expect(DecimalText.fixed9(text)?.billionths == billionths)
    }

    @Test("Texts of 400 and of 600,000 digits are read exactly")
    func long() {
        let nines = String(repeating: "9", count: 400)
        #expect(DecimalText.fixed9(nines) == nil)
        #expect(DecimalText.fixed9("0.\(nines)")?.billionths == 1_000_000_000)
        #expect(DecimalText.fixed9("\(nines)e-400")?.billionths == 1_000_000_000)
        let zeros = String(repeating: "0", count: 600_000)
        #expect(DecimalText.fixed9("0.\(zeros)1e600001")?.billionths == 1_000_000_000)
        #expect(DecimalText.fixed9("1\(zeros)e-600000")?.billionths == 1_000_000_000)
        #expect(DecimalText.integer("1\(zeros)e-600000") == 1)
        #expect(DecimalText.integer("1.\(zeros)1") == nil)
    }

    static let whole: [(text: String, value: Int64?)] = [
        ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9223372036854775808", nil),
        ("-9223372036854775809", nil), ("1.0", 1), ("1e3", 1_000), ("12300e-2", 123), ("1.5", nil), ("15e-1", nil),
        ("0.1", nil), ("1e-400", nil), ("0e-400", 0), ("-0", 0), ("9.223372036854775807e18", .max), ("1e19", nil),
        ("18446744073709551616", nil), ("36893488147419103233", nil), ("10.00000", 10), ("0.5", nil), ("", nil),
    ]

    @Test("Whole numbers in every spelling (R4)", arguments: whole)
    func integer(text: String, value: Int64?) {
        #expect(DecimalText.integer(text) == value)
    }

    @Test("Any number is the same in every spelling (seeded)")
    func spellings() {
        var random = SeededRandom.fresh("spellings of numbers")
        for _ in 0..<20_000 {
            let number = Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...63, using: &random)
            let magnitude = String(number.magnitude)
            let sign = number < 0 ? "-" : ""
            let shift = Int.random(in: 0...30, using: &random)
            let padded = String(repeating: "0", count: max(0, shift + 1 - magnitude.count)) + magnitude
            let cut = padded.index(padded.endIndex, offsetBy: -shift)
            let fraction = shift == 0 ? "" : ".\(padded[cut...])"
            let zeros = String(repeating: "0", count: Int.random(in: 0...3, using: &random))
            let text = "\(sign)\(zeros)\(padded[..<cut])\(fraction)\(shift == 0 ? "" : zeros)e\(shift - 9)"
            #expect(DecimalText.fixed9(text)?.billionths == number, "\(text), seed \(random.seed)")
        }
    }
}
