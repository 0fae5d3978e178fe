import TradeCore

/// The fields of one object of reference data. Strict: unknown keys and wrong types are errors that name the path (R49).
///
/// Null is the same as absent, and of a key given twice the last counts, as in records (R1, R4).
struct ReferenceMap {
    let path: String
    private let line: Int?
    private let entries: [ReferenceNode.Entry]

    init(_ node: ReferenceNode, path: String, keys: [String]) throws(Undecodable) {
        guard case .map(let entries) = node.value else {
            throw Undecodable(.wrongType, ReferenceMap.describe(path, node) + ", allowed: an object")
        }
        self.path = path
        self.line = node.line
        self.entries = entries
        for entry in entries where !keys.contains(entry.key) {
            throw Undecodable(
                .invalidValue,
                "\(name(of: TextLimit.cut(entry.key, to: 64)))\(ReferenceMap.place(entry.value.line ?? line)) is no key "
                    + "that is known, allowed: \(keys.joined(separator: " "))")
        }
    }

    func name(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func value(_ key: String) -> ReferenceNode? {
        guard let entry = entries.last(where: { $0.key == key }), entry.value.value != .null else { return nil }
        return entry.value
    }

    func required<Value>(_ key: String, _ value: Value?) throws(Undecodable) -> Value {
        guard let value else {
            throw Undecodable(.missingField, "\(name(of: key))\(ReferenceMap.place(line)) is missing")
        }
        return value
    }

    func bool(_ key: String) throws(Undecodable) -> Bool? {
        guard let node = value(key) else { return nil }
        guard case .bool(let flag) = node.value else { throw wrongType(key, node, "true or false") }
        return flag
    }

    func string(_ key: String) throws(Undecodable) -> String? {
        guard let node = value(key) else { return nil }
        guard case .string(let text) = node.value else { throw wrongType(key, node, "a string") }
        return text
    }

    /// An id: a string that is not blank, holds no U+0000 and is at most 256 bytes long.
    func id(_ key: String) throws(Undecodable) -> String? {
        guard let node = value(key), let text = try string(key) else { return nil }
        guard ReferenceMap.isName(text, limit: CloudEvent.longestID) else {
            throw invalid(
                key, node, "a string that is not blank, of at most \(CloudEvent.longestID) bytes without U+0000")
        }
        return text
    }

    func integer(_ key: String, in range: ClosedRange<Int64> = .min ... .max) throws(Undecodable) -> Int64? {
        guard let node = value(key) else { return nil }
        guard case .number(let text) = node.value else { throw wrongType(key, node, "a whole number") }
        guard let number = DecimalText.integer(text), range.contains(number) else {
            throw invalid(key, node, "a whole number \(range.lowerBound)...\(range.upperBound)")
        }
        return number
    }

    func decimal(_ key: String, allowed: String, _ isAllowed: (Fixed9) -> Bool) throws(Undecodable) -> Fixed9? {
        guard let node = value(key) else { return nil }
        return try ReferenceMap.decimal(node, name(of: key), allowed: allowed, isAllowed)
    }

    static func decimal(
        _ node: ReferenceNode, _ name: String, allowed: String, _ isAllowed: (Fixed9) -> Bool
    ) throws(Undecodable) -> Fixed9 {
        guard case .number(let text) = node.value else {
            throw Undecodable(.wrongType, "\(describe(name, node)), allowed: a number")
        }
        guard let number = DecimalText.fixed9(text), isAllowed(number) else {
            throw Undecodable(.invalidValue, "\(describe(name, node)), allowed: a number \(allowed)")
        }
        return number
    }

    /// The items of a list with their paths; none where it is absent.
    func list(_ key: String) throws(Undecodable) -> [(path: String, node: ReferenceNode)] {
        guard let node = value(key) else { return [] }
        guard case .list(let items) = node.value else { throw wrongType(key, node, "a list") }
        return items.enumerated().map { ("\(name(of: key))[\($0.offset)]", $0.element) }
    }

    func wrongType(_ key: String, _ node: ReferenceNode, _ allowed: String) -> Undecodable {
        Undecodable(.wrongType, "\(ReferenceMap.describe(name(of: key), node)), allowed: \(allowed)")
    }

    func invalid(_ key: String, _ node: ReferenceNode, _ allowed: String) -> Undecodable {
        Undecodable(.invalidValue, "\(ReferenceMap.describe(name(of: key), node)), allowed: \(allowed)")
    }

    static func describe(_ name: String, _ node: ReferenceNode) -> String {
        "\(name.isEmpty ? "the value" : name)\(place(node.line)) is \(node.described)"
    }

    static func place(_ line: Int?) -> String { line.map { " (line \($0))" } ?? "" }

    /// Whether a text may be an id or a symbol (R12, R16, R92).
    static func isName(_ text: String, limit: Int) -> Bool {
        text.utf8.count <= limit && !text.utf8.contains(0) && !text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }
}
