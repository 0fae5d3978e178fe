import Telemetry
import TradeCore

/// The lines of a report, indented; what comes from records is escaped, so that it can't drive a terminal.
struct ReportText {
    private(set) var text = ""

    mutating func add(_ depth: Int, _ line: String) {
        text += String(repeating: "  ", count: depth)
        for scalar in line.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                text += "\\u{\(String(scalar.value, radix: 16))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\n"
    }
}

extension Timestamp {
    /// For people: RFC 3339 in UTC with milliseconds.
    var text: String { WallTime.text(microseconds) }
}

extension Fixed9 {
    /// In plain notation, without trailing zeros.
    var text: String { ExactDecimal(self).description }
}
