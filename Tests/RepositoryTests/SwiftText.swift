/// Swift sources without what is no code.
enum SwiftText {
    /// The same text with comments and the contents of string literals blanked; lines stay where they are.
    ///
    /// Interpolations are blanked with their string: what the checks look for doesn't stand there.
    static func code(of text: String) -> String {
        var code = ""
        var rest = Substring(text)
        while let character = rest.first {
            if rest.hasPrefix("//") {
                rest = rest.drop { $0 != "\n" }
            } else if rest.hasPrefix("/*") {
                skip(&rest, through: "*/", into: &code)
            } else if character == "\"" || (character == "#" && isRawString(rest)) {
                skipString(&rest, into: &code)
            } else {
                code.append(character)
                rest.removeFirst()
            }
        }
        return code
    }

    private static func isRawString(_ rest: Substring) -> Bool {
        rest.drop { $0 == "#" }.first == "\""
    }

    private static func skipString(_ rest: inout Substring, into code: inout String) {
        let hashes = rest.prefix { $0 == "#" }
        rest.removeFirst(hashes.count)
        let quotes = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        rest.removeFirst(quotes.count)
        code += "\"\""
        let end = quotes + hashes
        while !rest.isEmpty, !rest.hasPrefix(end) {
            let isEscape = rest.hasPrefix("\\" + hashes)
            let count = isEscape ? 2 + hashes.count : 1
            code += String(repeating: "\n", count: rest.prefix(count).count { $0 == "\n" })
            rest = rest.dropFirst(count)
        }
        rest = rest.dropFirst(end.count)
    }

    private static func skip(_ rest: inout Substring, through end: String, into code: inout String) {
        while !rest.isEmpty, !rest.hasPrefix(end) {
            if rest.first == "\n" { code.append("\n") }
            rest.removeFirst()
        }
        rest = rest.dropFirst(end.count)
    }
}
