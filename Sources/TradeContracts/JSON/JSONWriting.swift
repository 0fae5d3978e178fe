import TradeCore

/// JSON values in the spelling of outputs (R90).
extension ByteWriter {
    /// A decimal in plain notation, without trailing zeros.
    func append(_ number: Fixed9) {
        let magnitude = number.billionths.magnitude
        if number.billionths < 0 { append(UInt8(ascii: "-")) }
        appendDigits(magnitude / 1_000_000_000, minimum: 1)
        var fraction = magnitude % 1_000_000_000
        guard fraction != 0 else { return }
        var digits = 9
        while fraction % 10 == 0 {
            fraction /= 10
            digits -= 1
        }
        append(UInt8(ascii: "."))
        appendDigits(fraction, minimum: digits)
    }

    /// An instant in UTC with milliseconds and `Z`, 24 bytes; beyond the years 0...9999 the nearest that can be written.
    func append(_ instant: Timestamp) {
        let microseconds = min(max(instant, RFC3339.earliest), RFC3339.latest).microseconds
        let milliseconds = (microseconds - (microseconds % 1_000 + 1_000) % 1_000) / 1_000
        let ofDay = (milliseconds % 86_400_000 + 86_400_000) % 86_400_000
        let date = CivilDate(days: (milliseconds - ofDay) / 86_400_000)
        appendDigits(date.year.magnitude, minimum: 4)
        append(UInt8(ascii: "-"))
        appendDigits(date.month.magnitude, minimum: 2)
        append(UInt8(ascii: "-"))
        appendDigits(date.day.magnitude, minimum: 2)
        append(UInt8(ascii: "T"))
        appendDigits((ofDay / 3_600_000).magnitude, minimum: 2)
        append(UInt8(ascii: ":"))
        appendDigits((ofDay / 60_000 % 60).magnitude, minimum: 2)
        append(UInt8(ascii: ":"))
        appendDigits((ofDay / 1_000 % 60).magnitude, minimum: 2)
        append(UInt8(ascii: "."))
        appendDigits((ofDay % 1_000).magnitude, minimum: 3)
        append(UInt8(ascii: "Z"))
    }

    /// A string with its quotes; quotation marks, backslashes and control characters escaped.
    func append(quoted text: String) {
        var text = text
        text.withUTF8 { append(quoted: UnsafeRawBufferPointer($0)) }
    }

    /// A string of UTF-8 with its quotes, escaped in the same way.
    func append(quoted text: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            append(UnsafeRawBufferPointer(rebasing: text[start..<index]))
            appendEscaped(byte)
            start = index + 1
        }
        append(UnsafeRawBufferPointer(rebasing: text[start...]))
        append(UInt8(ascii: "\""))
    }

    private func appendEscaped(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x00..<0x20:
            append("u00" as StaticString)
            append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let nibble = byte & 0x0F
            append(nibble < 10 ? nibble + UInt8(ascii: "0") : nibble - 10 + UInt8(ascii: "a"))
        default: append(byte)
        }
    }

    func append(orNull number: Fixed9?) {
        if let number { append(number) } else { appendNull() }
    }

    func append(orNull number: Int64?) {
        if let number { append(number) } else { appendNull() }
    }

    func append(quotedOrNull text: String?) {
        if let text { append(quoted: text) } else { appendNull() }
    }

    func append(quoted id: UniqueID) {
        append(UInt8(ascii: "\""))
        append(id)
        append(UInt8(ascii: "\""))
    }

    func append(quotedOrNull id: UniqueID?) {
        if let id { append(quoted: id) } else { appendNull() }
    }

    func append(quoted instant: Timestamp) {
        append(UInt8(ascii: "\""))
        append(instant)
        append(UInt8(ascii: "\""))
    }

    func append(quotedOrNull instant: Timestamp?) {
        if let instant { append(quoted: instant) } else { appendNull() }
    }

    func append(_ flag: Bool) { append(flag ? "true" as StaticString : "false") }

    func appendNull() { append("null" as StaticString) }
}
