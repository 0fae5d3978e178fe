import TradeContracts

/// JSON as text, for documents that tests put together.
enum JSONText {
    static func string(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": json += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }

    static func value(_ node: ReferenceNode) -> String {
        switch node.value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let text): text
        case .string(let text): string(text)
        case .list(let items): "[" + items.map(value).joined(separator: ",") + "]"
        case .map(let entries): object(entries.map { ($0.key, value($0.value)) })
        }
    }

    static func object(_ fields: [(key: String, json: String)]) -> String {
        "{" + fields.map { string($0.key) + ":" + $0.json }.joined(separator: ",") + "}"
    }

    /// The headers of a record as an object of strings; of a name given twice the last counts.
    static func headers(_ block: [UInt8]) -> String {
        var fields: [(key: String, json: String)] = []
        for header in HeaderBlock.headers(of: block) {
            fields.removeAll { $0.key == header.name }
            fields.append((header.name, string(String(decoding: header.value ?? [], as: UTF8.self))))
        }
        return object(fields)
    }
}

extension ReferenceNode {
    /// The value at a path of keys and, in lists, numbers; nil where there is none.
    subscript(path: [String]) -> ReferenceNode? {
        path.reduce(self) { node, key in
            switch node?.value {
            case .map(let entries): entries.last { $0.key == key }?.value
            case .list(let items): Int(key).flatMap { items.indices.contains($0) ? items[$0] : nil }
            default: nil
            }
        }
    }

    var entries: [Entry] {
        if case .map(let entries) = value { return entries }
        return []
    }

    var text: String? {
        if case .string(let text) = value { return text }
        return nil
    }

    var items: [ReferenceNode] {
        if case .list(let items) = value { return items }
        return []
    }
}
