package import TradeCore

/// Reads decimal numbers from their JSON spelling, so that no number ever meets a Double (R4, R46, R65).
package enum DecimalText {
    /// A number scaled to whole units of 10^-fractionDigits.
    private struct Scaled {
        /// Nil: beyond 64 bits.
        var value: Int64?
        /// Digits were left out that are not zero.
        var isRounded: Bool
    }

    /// The number with nine fraction digits, halves rounded away from zero (R65); nil outside of the range or for what is no number.
    package static func fixed9(_ text: UnsafeRawBufferPointer) -> Fixed9? {
        scaled(text, fractionDigits: 9)?.value.map(Fixed9.init(billionths:))
    }

    /// The number with nine fraction digits, from a string.
    package static func fixed9(_ text: String) -> Fixed9? {
        var text = text
        return text.withUTF8 { fixed9(UnsafeRawBufferPointer($0)) }
    }

    /// A whole number, however it is spelled (`1.0`, `1e3`); nil where it has a fraction or is beyond Int64 (R4).
    package static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
        guard let scaled = scaled(text, fractionDigits: 0), !scaled.isRounded else { return nil }
        return scaled.value
    }

    /// A whole number, from a string.
    package static func integer(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { integer(UnsafeRawBufferPointer($0)) }
    }

    /// The value is 0.d₁d₂d₃… × 10^point, where d₁ is the first digit that is not zero; nil where the text is no number.
    private static func scaled(_ text: UnsafeRawBufferPointer, fractionDigits: Int) -> Scaled? {
        var index = 0
        var negative = false
        if text.first == UInt8(ascii: "-") {
            negative = true
            index = 1
        }
        let start = index
        var first = -1  // where the first digit that is not zero stands
        var wholeDigits = 0  // digits before the decimal point, from `first` on
        var leadingFractionZeros = 0
        var dot = -1
        var digits = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                guard dot < 0 else { return nil }
                dot = index
            } else if isDigit(byte) {
                digits += 1
                if first < 0, byte != UInt8(ascii: "0") { first = index }
                if first >= 0 {
                    if dot < 0 { wholeDigits += 1 }
                } else if dot >= 0 {
                    leadingFractionZeros += 1
                }
            } else {
                break
            }
            index += 1
        }
        guard digits > 0, dot != start, let exponent = exponent(text, at: index) else { return nil }
        guard first >= 0 else { return Scaled(value: 0, isRounded: false) }
        let point = (wholeDigits > 0 ? wholeDigits : -leadingFractionZeros) + exponent
        return collect(text, from: first, to: index, keeping: point + fractionDigits, negative: negative)
    }

    /// The first `keeping` digits as a number, rounded by the digit after them.
    private static func collect(
        _ text: UnsafeRawBufferPointer, from: Int, to end: Int, keeping: Int, negative: Bool
    ) -> Scaled {
        var magnitude: UInt64 = 0
        var kept = 0
        var roundsUp = false
        var isRounded = keeping < 0
        var overflow = keeping > 19
        if keeping >= 0, !overflow {
            for index in from..<end where text[index] != UInt8(ascii: ".") {
                let digit = UInt64(text[index] - UInt8(ascii: "0"))
                if kept < keeping {
                    (magnitude, overflow) = append(digit, to: magnitude)
                    if overflow { break }
                } else {
                    if kept == keeping { roundsUp = digit >= 5 }
                    if digit != 0 {
                        isRounded = true
                        break
                    }
                }
                kept += 1
            }
            while kept < keeping, !overflow {
                (magnitude, overflow) = append(0, to: magnitude)
                kept += 1
            }
        }
        if roundsUp, !overflow { (magnitude, overflow) = magnitude.addingReportingOverflow(1) }
        guard !overflow else { return Scaled(value: nil, isRounded: isRounded) }
        if negative, magnitude == UInt64(Int64.max) + 1 { return Scaled(value: .min, isRounded: isRounded) }
        let value = Int64(exactly: magnitude)
        return Scaled(value: negative ? value.map { -$0 } : value, isRounded: isRounded)
    }

    private static func append(_ digit: UInt64, to magnitude: UInt64) -> (UInt64, Bool) {
        let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
        if overflow { return (0, true) }
        return product.addingReportingOverflow(digit)
    }

    /// The exponent that begins at `index`, 0 where the text ends there, saturating; nil for anything else.
    private static func exponent(_ text: UnsafeRawBufferPointer, at index: Int) -> Int? {
        guard index < text.count else { return 0 }
        guard text[index] == UInt8(ascii: "e") || text[index] == UInt8(ascii: "E") else { return nil }
        var index = index + 1
        var negative = false
        if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") {
            negative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < text.count else { return nil }
        var value = 0
        while index < text.count {
            guard isDigit(text[index]) else { return nil }
            // Far beyond the length of any text, and far below an overflow.
            value = min(value * 10 + Int(text[index] - UInt8(ascii: "0")), 1 << 48)
            index += 1
        }
        return negative ? -value : value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
