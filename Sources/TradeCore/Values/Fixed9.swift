/// A decimal with nine fraction digits in 64 bits: what prices, percentages and quantities of records are kept in (R65).
///
/// Its range is ±9,223,372,036.854775807, which holds every number that R3 allows.
package struct Fixed9: Hashable, Comparable, Sendable {
    /// The value in billionths.
    package let billionths: Int64

    package init(billionths: Int64) { self.billionths = billionths }

    /// A whole number; nil outside of the range.
    package init?(whole: Int64) {
        let (value, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return nil }
        billionths = value
    }

    package static let zero = Fixed9(billionths: 0)

    package static func < (left: Fixed9, right: Fixed9) -> Bool { left.billionths < right.billionths }
}
