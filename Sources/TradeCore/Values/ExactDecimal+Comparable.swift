extension ExactDecimal: Comparable, Hashable {
    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool { left.order(against: right) < 0 }

    package static func == (left: ExactDecimal, right: ExactDecimal) -> Bool { left.order(against: right) == 0 }

    /// By value: 1.50 and 1.5 are the same key.
    package func hash(into hasher: inout Hasher) {
        let value = normalized
        hasher.combine(value.mantissa)
        hasher.combine(value.scale)
    }

    /// Negative where this value is the lesser, 0 where they are equal; exact and total for any two scales (R46).
    private func order(against other: ExactDecimal) -> Int {
        if scale == other.scale { return ExactDecimal.order(mantissa, other.mantissa) }
        if scale > other.scale { return -other.order(against: self) }
        let (scaled, overflow) = mantissa.multipliedReportingOverflow(by: PowersOfTen[other.scale - scale])
        // What leaves 128 bits is greater in magnitude than everything within.
        if overflow { return mantissa < 0 ? -1 : 1 }
        return ExactDecimal.order(scaled, other.mantissa)
    }

    private static func order(_ left: Int128, _ right: Int128) -> Int { left < right ? -1 : left == right ? 0 : 1 }
}
