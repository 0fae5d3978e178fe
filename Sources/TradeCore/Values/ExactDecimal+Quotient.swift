// Divisions keep 256 bits in between, so each result is exact wherever it can be written down: R65 asks for 18 digits.

extension ExactDecimal {
    /// The greatest whole number that is not above `self / divisor`.
    package func floorOfQuotient(by divisor: ExactDecimal) throws(ArithmeticOverflow) -> ExactDecimal {
        guard let division = division(by: divisor, shift: 0) else { throw ArithmeticOverflow() }
        var magnitude = division.quotient
        let negative = (mantissa < 0) != (divisor.mantissa < 0)
        if negative, division.remainder != 0 { magnitude += 1 }
        guard magnitude <= UInt128(Int128.max) else { throw ArithmeticOverflow() }
        return ExactDecimal(mantissa: negative ? -Int128(magnitude) : Int128(magnitude), scale: 0)
    }

    /// `self / divisor` rounded to nine fraction digits, halves away from zero; nil where it does not fit.
    ///
    /// Also nil for a divisor with 30 fraction digits more than this value has: its place would need 10^39.
    package func roundedQuotient(by divisor: ExactDecimal) -> Fixed9? {
        guard let division = normalized.division(by: divisor.normalized, shift: 9) else { return nil }
        var magnitude = division.quotient
        if division.remainder >= division.divisor - division.remainder { magnitude += 1 }
        guard magnitude <= UInt128(Int64.max) else { return nil }
        let negative = (mantissa < 0) != (divisor.mantissa < 0)
        return Fixed9(billionths: negative ? -Int64(magnitude) : Int64(magnitude))
    }

    /// This value rounded to `fractionDigits`, 0...9, halves away from zero; nil where it does not fit.
    package func rounded(toFractionDigits fractionDigits: Int) -> Fixed9? {
        let digits = min(max(fractionDigits, 0), 9)
        var value = mantissa
        if scale > digits {
            let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: PowersOfTen[scale - digits])
            let half = PowersOfTen[scale - digits] / 2
            value = remainder >= half ? quotient + 1 : remainder <= -half ? quotient - 1 : quotient
        }
        let (billionths, overflow) = value.multipliedReportingOverflow(by: PowersOfTen[9 - min(scale, digits)])
        guard !overflow, let fitting = Int64(exactly: billionths) else { return nil }
        return Fixed9(billionths: fitting)
    }

    /// `|self| × 10^shift / |other|`; nil for a division by zero and where the quotient leaves the range.
    private func division(by other: ExactDecimal, shift: Int) -> Division? {
        guard other.mantissa != 0 else { return nil }
        let exponent = shift + other.scale - scale
        if exponent < 0 {
            let wide = other.mantissa.magnitude.multipliedFullWidth(by: PowersOfTen[-exponent].magnitude)
            // A divisor of more than 128 bits is greater than twice the dividend: less than half of one is left.
            guard wide.high == 0 else {
                return Division(quotient: 0, remainder: mantissa == 0 ? 0 : 1, divisor: .max)
            }
            return Division(mantissa.magnitude, by: wide.low)
        }
        guard exponent <= 38 else { return mantissa == 0 ? Division(0, by: 1) : nil }
        let divisor = other.mantissa.magnitude
        let wide = mantissa.magnitude.multipliedFullWidth(by: PowersOfTen[exponent].magnitude)
        if wide.high == 0 { return Division(wide.low, by: divisor) }
        guard wide.high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth(wide)
        guard quotient < .max else { return nil }
        return Division(quotient: quotient, remainder: remainder, divisor: divisor)
    }
}

/// A division of magnitudes.
private struct Division {
    var quotient: UInt128
    var remainder: UInt128
    var divisor: UInt128
}

extension Division {
    init(_ dividend: UInt128, by divisor: UInt128) {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        self.init(quotient: quotient, remainder: remainder, divisor: divisor)
    }
}
