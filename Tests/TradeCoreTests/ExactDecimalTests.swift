import Support
import Testing

@testable import TradeCore

@Suite("ExactDecimal")
struct ExactDecimalTests {
    static let seed: UInt64 = 0x51_7E57

    @Test(
        "R65: whole numbers, cents and billionths keep their value",
        arguments: ["0", "1", "-1", "0.01", "-12.34", "0.000000001", "9223372036.854775807", "-9223372036.854775807"])
    func keepsValue(text: String) {
        #expect(text.exact.description == text)
        #expect(text.exact.rounded(toFractionDigits: 9) == text.number)
    }

    @Test(
        "R65: rounding halves away from zero",
        arguments: [
            ("1.005", 2, "1.01"), ("-1.005", 2, "-1.01"), ("1.0049", 2, "1"), ("0.5", 0, "1"), ("-0.5", 0, "-1"),
            ("0.499999999", 0, "0"), ("2.5", 0, "3"), ("0.00005", 4, "0.0001"), ("0.000049999", 4, "0"),
            ("7", 2, "7"), ("0.123456789", 9, "0.123456789"),
        ])
    func rounds(text: String, digits: Int, expected: String) {
        #expect(text.exact.rounded(toFractionDigits: digits) == expected.number)
    }

    @Test("R65: what does not fit is nil or thrown, never a trap")
    func limits() {
        let most = ExactDecimal(mantissa: .max, scale: 0)
        let least = ExactDecimal(mantissa: .min, scale: 0)
        let finest = ExactDecimal(mantissa: .max, scale: 36)
        for value in [most, least, finest, ExactDecimal(mantissa: .min, scale: 36), .zero, "1".exact] {
            for other in [most, least, finest, ExactDecimal(mantissa: .min, scale: 36), .zero, "-1".exact] {
                _ = try? value.adding(other)
                _ = try? value.subtracting(other)
                _ = try? value.multiplied(by: other)
                _ = try? value.floorOfQuotient(by: other)
                _ = try? value.negated(if: true)
                _ = try? value.percent(Fixed9(billionths: .min))
                _ = value.roundedQuotient(by: other)
                _ = (value < other, value == other, value.description)
                for digits in -1...10 { _ = value.rounded(toFractionDigits: digits) }
            }
        }
        #expect(throws: ArithmeticOverflow()) { try most.adding("1".exact) }
        #expect(throws: ArithmeticOverflow()) { try least.subtracting("1".exact) }
        #expect(throws: ArithmeticOverflow()) { try most.multiplied(by: "10".exact) }
        #expect(throws: ArithmeticOverflow()) { try least.negated(if: true) }
        #expect(throws: ArithmeticOverflow()) { try "1".exact.floorOfQuotient(by: .zero) }
        #expect(throws: ArithmeticOverflow()) { try least.floorOfQuotient(by: "-1".exact) }
        #expect("1".exact.roundedQuotient(by: .zero) == nil)
        #expect(most.rounded(toFractionDigits: 0) == nil)
        #expect(least < finest && finest < most)
    }

    @Test("Equal values are equal and hash alike whatever their scale")
    func hashing() {
        let spellings = [0, 1, 9, 30].map { ExactDecimal(mantissa: 15 * PowersOfTen[$0], scale: 1 + $0) }
        #expect(Set(spellings).count == 1)
        #expect(Set([ExactDecimal.zero, ExactDecimal(mantissa: 0, scale: 36)]).count == 1)
    }

    @Test("R65: a product that fits only without trailing zeros is found")
    func normalizes() throws {
        let large = ExactDecimal(mantissa: 10_000 * PowersOfTen[30], scale: 30)
        #expect(try large.multiplied(by: large).description == "100000000")
    }

    @Test("Sums, differences, products, order and quotients agree with paper")
    func oracle() {
        var random = ContractRandom(seed: Self.seed)
        for round in 0..<4_000 {
            let left = Self.decimal(&random)
            let right = Self.decimal(&random)
            let (a, b) = (Paper(left), Paper(right))
            let place: Comment =
                "seed \(Self.seed), round \(round): \(left.mantissa)e-\(left.scale) and \(right.mantissa)e-\(right.scale)"
            let common = max(left.scale, right.scale)
            let (x, y) = (a.integer(at: common), b.integer(at: common))
            Self.agree(try? left.adding(right), Paper(x + y, common), place)
            Self.agree(try? left.subtracting(right), Paper(x - y, common), place)
            Self.agree(try? left.multiplied(by: right), Paper(a.value * b.value, left.scale + right.scale), place)
            #expect((left < right) == x.isLess(y), place)
            #expect((left == right) == (x == y), place)
            if right.mantissa != 0 {
                let (quotient, remainder) = x.divided(by: y)
                let below = !remainder.isZero && (x.sign != y.sign)
                let floor = below ? quotient - NaiveInteger(1) : quotient
                Self.agree(try? left.floorOfQuotient(by: right), Paper(floor, 0), place)
                let (billionths, rest) = x.shifted(9).divided(by: y)
                let up = !(rest.magnitude + rest.magnitude).isLess(y.magnitude)
                let rounded = up ? billionths + NaiveInteger(x.sign * y.sign) : billionths
                if let actual = left.roundedQuotient(by: right) {
                    #expect(NaiveInteger(actual.billionths) == rounded, place)
                } else if right.normalized.scale - left.normalized.scale <= 29 {
                    #expect(NaiveInteger(Int64.max).isLess(rounded.magnitude), place)
                }
            }
        }
    }

    /// A decimal with its integer on paper.
    struct Paper {
        var value: NaiveInteger
        var scale: Int

        init(_ decimal: ExactDecimal) { self.init(NaiveInteger(decimal.mantissa), decimal.scale) }

        init(_ value: NaiveInteger, _ scale: Int) {
            self.value = value
            self.scale = scale
        }

        func integer(at scale: Int) -> NaiveInteger { value.shifted(scale - self.scale) }
    }

    /// The result is right, or absent where it needs more than 128 bits or 36 fraction digits, or may leave them on the way.
    static func agree(_ actual: ExactDecimal?, _ expected: Paper, _ comment: Comment) {
        if let actual {
            let scale = max(actual.scale, expected.scale)
            #expect(Paper(actual).integer(at: scale) == expected.integer(at: scale), comment)
        } else {
            let fits = expected.scale <= 36 && expected.value.magnitude.isLess(NaiveInteger(Int128.max))
            #expect(!fits, comment)
        }
    }

    /// Numbers of every length, many of them near the ends or with trailing zeros.
    static func decimal(_ random: inout ContractRandom) -> ExactDecimal {
        let scale = Int.random(in: 0...36, using: &random)
        let bits = Int.random(in: 0...126, using: &random)
        var mantissa = Int128.random(in: 0...(Int128(1) << bits), using: &random)
        if Int.random(in: 0..<4, using: &random) == 0 { mantissa = PowersOfTen[Int.random(in: 0...38, using: &random)] }
        if Int.random(in: 0..<50, using: &random) == 0 { mantissa = Bool.random(using: &random) ? .min : .max }
        if mantissa != .min, Bool.random(using: &random) { mantissa = -mantissa }
        return ExactDecimal(mantissa: mantissa, scale: scale)
    }
}
