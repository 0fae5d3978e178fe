/// How a log line looks.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people: `2026-11-23T09:30:00.123Z INFO  store: Opened path=trade-manager.sqlite`.
    case text
    /// For machines: one JSON object a line, the metadata under `metadata`.
    case json

    /// The bytes of one line, its newline included.
    ///
    /// No byte of the event can begin a second line or reach a terminal's control sequences: control characters are escaped
    /// everywhere.
    /// - Parameters:
    ///   - event: the line.
    ///   - time: microseconds since 1970.
    /// - Returns: UTF-8.
    package func line(of event: LogEvent, at time: Int64) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(160)
        switch self {
        case .text: Self.appendText(of: event, at: time, to: &line)
        case .json: Self.appendJSON(of: event, at: time, to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private static func appendText(of event: LogEvent, at time: Int64, to line: inout [UInt8]) {
        line += WallTime.text(time).utf8
        line.append(UInt8(ascii: " "))
        let level = event.level.shortName
        line += level.utf8
        for _ in level.utf8.count..<6 { line.append(UInt8(ascii: " ")) }
        Escaping.append(event.label, quoted: false, to: &line)
        line += ": ".utf8
        Escaping.append(event.message, quoted: false, to: &line)
        for entry in event.metadata.entries {
            line.append(UInt8(ascii: " "))
            Escaping.append(entry.name, quoted: false, to: &line)
            line.append(UInt8(ascii: "="))
            let value = entry.value.description
            let quoted = value.isEmpty || !value.utf8.allSatisfy(Self.isPlain)
            if quoted { line.append(UInt8(ascii: "\"")) }
            Escaping.append(value, quoted: quoted, to: &line)
            if quoted { line.append(UInt8(ascii: "\"")) }
        }
    }

    /// What a value may hold without quotes.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
            && byte != UInt8(ascii: "\\")
    }

    private static func appendJSON(of event: LogEvent, at time: Int64, to line: inout [UInt8]) {
        line += "{\"time\":\"".utf8
        line += WallTime.text(time).utf8
        line += "\",\"level\":\"".utf8
        line += event.level.rawValue.utf8
        line += "\",\"label\":".utf8
        appendString(event.label, to: &line)
        line += ",\"message\":".utf8
        appendString(event.message, to: &line)
        if !event.metadata.entries.isEmpty {
            line += ",\"metadata\":{".utf8
            for (index, entry) in event.metadata.entries.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                appendString(entry.name, to: &line)
                line.append(UInt8(ascii: ":"))
                switch entry.value {
                case .text(let text): appendString(text, to: &line)
                // JSON has no NaN and no infinity.
                case .number(let number) where !number.isFinite: appendString(number.description, to: &line)
                case .integer, .number, .boolean: line += entry.value.description.utf8
                }
            }
            line.append(UInt8(ascii: "}"))
        }
        line.append(UInt8(ascii: "}"))
    }

    private static func appendString(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        Escaping.append(text, quoted: true, to: &line)
        line.append(UInt8(ascii: "\""))
    }
}
