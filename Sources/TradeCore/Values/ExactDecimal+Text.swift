extension ExactDecimal: CustomStringConvertible {
    /// Plain decimal notation without trailing zeros, for messages: `-0.5`, `1200`.
    package var description: String {
        let value = normalized
        var digits = String(value.mantissa.magnitude)
        if value.scale > 0 {
            if digits.utf8.count <= value.scale {
                digits = String(repeating: "0", count: value.scale - digits.utf8.count + 1) + digits
            }
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -value.scale))
        }
        return value.mantissa < 0 ? "-" + digits : digits
    }
}
