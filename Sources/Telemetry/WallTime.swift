import Foundation

/// The wall clock, for what people read: log lines and since when something holds.
package enum WallTime {
    /// Microseconds since 1970.
    package static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
    }

    /// RFC 3339 in UTC with milliseconds.
    /// - Parameter microseconds: since 1970; what lies outside of the years 0 to 9999 is shown as their end.
    /// - Returns: `2026-11-23T09:30:00.123Z`.
    package static func text(_ microseconds: Int64) -> String {
        let clamped = min(max(microseconds, -62_167_219_200_000_000), 253_402_300_799_999_999)
        let milliseconds = floorDivide(clamped, 1000)
        let seconds = floorDivide(milliseconds, 1000)
        let days = floorDivide(seconds, 86_400)
        let inDay = seconds - days * 86_400
        // Days to a date of the Gregorian calendar, in eras of 400 years that begin in March.
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        var text = ""
        text.reserveCapacity(24)
        append(year, width: 4, to: &text)
        for (separator, value) in [
            ("-", month), ("-", day), ("T", inDay / 3600), (":", inDay / 60 % 60), (":", inDay % 60),
        ] {
            text += separator
            append(value, width: 2, to: &text)
        }
        text += "."
        append(milliseconds - seconds * 1000, width: 3, to: &text)
        return text + "Z"
    }

    private static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let quotient = dividend / divisor
        return dividend % divisor < 0 ? quotient - 1 : quotient
    }

    private static func append(_ value: Int64, width: Int, to text: inout String) {
        let digits = String(value)
        for _ in 0..<max(0, width - digits.utf8.count) { text += "0" }
        text += digits
    }
}
