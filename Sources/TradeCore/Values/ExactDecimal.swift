/// Arithmetic left the range of `ExactDecimal`, or divided by zero. A recommendation whose sizing meets it is an
/// `evaluation_error` (R65).
package struct ArithmeticOverflow: Error, Equatable, Sendable {
    package init() {}
}

/// An exact decimal, `mantissa × 10^-scale`, for money and rules; sums, differences and products are never rounded
/// (R46, R65). Every operation is checked: what leaves the range is thrown, never a trap.
package struct ExactDecimal: Sendable {
    package let mantissa: Int128
    /// Fraction digits, 0...36.
    package let scale: Int

    package static let zero = ExactDecimal(mantissa: 0, scale: 0)

    package init(_ value: Fixed9) {
        // Whole numbers and cents are what money mostly is: a short mantissa leaves products room.
        let billionths = value.billionths
        if billionths % 1_000_000_000 == 0 {
            self.init(mantissa: Int128(billionths / 1_000_000_000), scale: 0)
        } else if billionths % 10_000_000 == 0 {
            self.init(mantissa: Int128(billionths / 10_000_000), scale: 2)
        } else {
            self.init(mantissa: Int128(billionths), scale: 9)
        }
    }

    package init(_ whole: Int64) { self.init(mantissa: Int128(whole), scale: 0) }

    init(mantissa: Int128, scale: Int) {
        self.mantissa = mantissa
        self.scale = scale
    }

    package func adding(_ other: ExactDecimal) throws(ArithmeticOverflow) -> ExactDecimal {
        let scale = max(scale, other.scale)
        let left = try rescaled(to: scale)
        let right = try other.rescaled(to: scale)
        let (sum, overflow) = left.mantissa.addingReportingOverflow(right.mantissa)
        if overflow { throw ArithmeticOverflow() }
        return ExactDecimal(mantissa: sum, scale: scale)
    }

    package func subtracting(_ other: ExactDecimal) throws(ArithmeticOverflow) -> ExactDecimal {
        let scale = max(scale, other.scale)
        let left = try rescaled(to: scale)
        let right = try other.rescaled(to: scale)
        let (difference, overflow) = left.mantissa.subtractingReportingOverflow(right.mantissa)
        if overflow { throw ArithmeticOverflow() }
        return ExactDecimal(mantissa: difference, scale: scale)
    }

    package func multiplied(by other: ExactDecimal) throws(ArithmeticOverflow) -> ExactDecimal {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: other.mantissa)
        if !overflow, scale + other.scale <= ExactDecimal.maximumScale {
            return ExactDecimal(mantissa: product, scale: scale + other.scale)
        }
        let left = normalized
        let right = other.normalized
        let (shorter, stillOverflow) = left.mantissa.multipliedReportingOverflow(by: right.mantissa)
        if stillOverflow || left.scale + right.scale > ExactDecimal.maximumScale { throw ArithmeticOverflow() }
        return ExactDecimal(mantissa: shorter, scale: left.scale + right.scale)
    }

    /// So many percent of this value, exact.
    package func percent(_ percent: Fixed9) throws(ArithmeticOverflow) -> ExactDecimal {
        try multiplied(by: ExactDecimal(percent)).multiplied(by: .hundredth)
    }

    /// This value, or its negative.
    package func negated(if condition: Bool) throws(ArithmeticOverflow) -> ExactDecimal {
        condition ? try ExactDecimal.zero.subtracting(self) : self
    }

    private static let hundredth = ExactDecimal(mantissa: 1, scale: 2)

    static let maximumScale = 36

    /// The same value without trailing zeros in its fraction.
    var normalized: ExactDecimal {
        var mantissa = mantissa
        var scale = scale
        while scale > 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale -= 1
        }
        return ExactDecimal(mantissa: mantissa, scale: scale)
    }

    private func rescaled(to target: Int) throws(ArithmeticOverflow) -> ExactDecimal {
        if target == scale { return self }
        let (value, overflow) = mantissa.multipliedReportingOverflow(by: PowersOfTen[target - scale])
        if !overflow { return ExactDecimal(mantissa: value, scale: target) }
        throw ArithmeticOverflow()
    }
}
