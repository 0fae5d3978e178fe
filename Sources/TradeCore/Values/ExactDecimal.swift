/// Arithmetic left the range of `ExactDecimal`. A recommendation whose sizing meets it is an `evaluation_error` (R65).
package struct ArithmeticOverflow: Error, Equatable, Sendable {
    package init() {}
}

/// An exact decimal, `mantissa × 10^-scale`, for money and rules; sums, differences and products are never rounded (R46, R65).
package struct ExactDecimal: Sendable {
    package let mantissa: Int128
    /// Fraction digits, 0...36.
    package let scale: Int

    package static let zero = ExactDecimal(mantissa: 0, scale: 0)

    package init(_ value: Fixed9) { self.init(mantissa: Int128(value.billionths), scale: 9) }

    package init(_ whole: Int64) { self.init(mantissa: Int128(whole), scale: 0) }

    init(mantissa: Int128, scale: Int) {
        self.mantissa = mantissa
        self.scale = scale
    }

    package func adding(_ other: ExactDecimal) throws(ArithmeticOverflow) -> ExactDecimal {
        let scale = max(scale, other.scale)
        let (sum, overflow) = try rescaled(to: scale).mantissa.addingReportingOverflow(
            other.rescaled(to: scale).mantissa)
        if overflow { throw ArithmeticOverflow() }
        return ExactDecimal(mantissa: sum, scale: scale)
    }

    package func subtracting(_ other: ExactDecimal) throws(ArithmeticOverflow) -> ExactDecimal {
        let scale = max(scale, other.scale)
        let (difference, overflow) = try rescaled(to: scale).mantissa
            .subtractingReportingOverflow(other.rescaled(to: scale).mantissa)
        if overflow { throw ArithmeticOverflow() }
        return ExactDecimal(mantissa: difference, scale: scale)
    }

    package func multiplied(by other: ExactDecimal) throws(ArithmeticOverflow) -> ExactDecimal {
        let left = normalized
        let right = other.normalized
        let (product, overflow) = left.mantissa.multipliedReportingOverflow(by: right.mantissa)
        if overflow || left.scale + right.scale > 36 { throw ArithmeticOverflow() }
        return ExactDecimal(mantissa: product, scale: left.scale + right.scale)
    }

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
        var mantissa = mantissa
        for _ in scale..<max(scale, target) {
            let (value, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            if overflow { throw ArithmeticOverflow() }
            mantissa = value
        }
        return ExactDecimal(mantissa: mantissa, scale: max(scale, target))
    }
}
