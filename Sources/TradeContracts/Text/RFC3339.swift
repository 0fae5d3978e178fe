package import TradeCore

/// Times of the wire: RFC 3339 (R6).
///
/// Read: `T` and `Z` in capitals, seconds, a fraction of 1 to 9 digits, `Z` or a numeric offset up to 23:59, a day that the
/// calendar has. What is finer than a microsecond is cut. A leap second (`:60`, allowed by RFC 3339 only in the last minute of a
/// month in UTC) is clamped to the last microsecond of second 59, because losing an event over it would be worse.
package enum RFC3339 {
    /// 0000-01-01T00:00:00Z and the last microsecond of 9999, which bound what four digits can write.
    package static let earliest = Timestamp(microseconds: -62_167_219_200_000_000)
    package static let latest = Timestamp(microseconds: 253_402_300_799_999_999)

    package static func parse(_ text: String) -> Timestamp? {
        var text = text
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
    }

    /// The instant that a text names; nil for anything else.
    package static func parse(_ text: UnsafeRawBufferPointer) -> Timestamp? {
        guard text.count >= 20, text.count <= 35,
            let year = number(text, 0, 4), text[4] == UInt8(ascii: "-"), let month = number(text, 5, 2),
            text[7] == UInt8(ascii: "-"), let day = number(text, 8, 2), text[10] == UInt8(ascii: "T"),
            let hour = number(text, 11, 2), text[13] == UInt8(ascii: ":"), let minute = number(text, 14, 2),
            text[16] == UInt8(ascii: ":"), let second = number(text, 17, 2),
            (1...12).contains(month), day >= 1, day <= daysIn(month, of: year), hour <= 23, minute <= 59, second <= 60
        else { return nil }
        var index = 19
        guard let fraction = microseconds(text, at: &index), let offset = offsetSeconds(text, at: index) else {
            return nil
        }
        let days = CivilDate.days(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        if second == 60 {
            // `seconds` is the start of the minute after: it must begin a month.
            guard seconds % 86_400 == 0, CivilDate(days: seconds / 86_400).day == 1 else { return nil }
            return bounded(seconds * 1_000_000 - 1)
        }
        return bounded(seconds * 1_000_000 + fraction)
    }

    private static func bounded(_ microseconds: Int64) -> Timestamp? {
        let instant = Timestamp(microseconds: microseconds)
        return instant < earliest || latest < instant ? nil : instant
    }

    /// The fraction at `index`, which moves behind it; 0 where there is none.
    private static func microseconds(_ text: UnsafeRawBufferPointer, at index: inout Int) -> Int64? {
        guard text[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        var digits = 0
        var value: Int64 = 0
        while index < text.count, let digit = number(text, index, 1) {
            if digits < 6 { value = value * 10 + digit }
            digits += 1
            index += 1
        }
        guard (1...9).contains(digits) else { return nil }
        while digits < 6 {
            value *= 10
            digits += 1
        }
        return value
    }

    private static func offsetSeconds(_ text: UnsafeRawBufferPointer, at index: Int) -> Int64? {
        guard index < text.count else { return nil }
        if text[index] == UInt8(ascii: "Z") { return index + 1 == text.count ? 0 : nil }
        let negative = text[index] == UInt8(ascii: "-")
        guard negative || text[index] == UInt8(ascii: "+"), index + 6 == text.count,
            let hours = number(text, index + 1, 2), text[index + 3] == UInt8(ascii: ":"),
            let minutes = number(text, index + 4, 2), hours <= 23, minutes <= 59
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return negative ? -seconds : seconds
    }

    private static func number(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int64? {
        guard start + count <= text.count else { return nil }
        var value: Int64 = 0
        for index in start..<start + count {
            let byte = text[index]
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
