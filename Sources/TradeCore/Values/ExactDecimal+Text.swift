extension ExactDecimal: LosslessStringConvertible {
    /// Plain decimal notation with all fraction digits of the scale: what `init(_:)` reads back as the same mantissa and scale.
    package var description: String {
        let digits = String(mantissa.magnitude)
        let sign = mantissa < 0 ? "-" : ""
        guard scale > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))"
    }

    /// Reads plain decimal notation: an optional `-`, digits, and optionally a point with 1 to 36 digits behind it; nil for
    /// anything else, and for what leaves the range.
    package init?(_ text: String) {
        var mantissa: Int128 = 0
        var scale = 0
        var digits = 0
        var hasPoint = false
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        for byte in rest {
            if byte == UInt8(ascii: "."), !hasPoint, digits > 0 {
                hasPoint = true
                continue
            }
            guard byte >= 48, byte <= 57 else { return nil }
            let (shifted, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            // Downwards, so that the least value can be read too.
            let (value, underflow) = shifted.subtractingReportingOverflow(Int128(byte - 48))
            if overflow || underflow { return nil }
            mantissa = value
            digits += 1
            if hasPoint { scale += 1 }
        }
        guard digits > 0, hasPoint == (scale > 0), scale <= 36 else { return nil }
        if !isNegative {
            let (value, overflow) = Int128(0).subtractingReportingOverflow(mantissa)
            if overflow { return nil }
            mantissa = value
        }
        self.init(mantissa: mantissa, scale: scale)
    }
}
