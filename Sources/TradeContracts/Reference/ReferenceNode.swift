/// A tree of reference data as a reader of JSON or YAML found it, before it is known to be valid.
package struct ReferenceNode: Hashable, Sendable {
    package indirect enum Value: Hashable, Sendable {
        case null
        case bool(Bool)
        /// As it was written, in a spelling that JSON allows.
        case number(String)
        case string(String)
        case list([ReferenceNode])
        case map([Entry])
    }

    package struct Entry: Hashable, Sendable {
        package var key: String
        package var value: ReferenceNode

        package init(_ key: String, _ value: ReferenceNode) {
            self.key = key
            self.value = value
        }
    }

    package var value: Value
    /// The line it begins in, from 1; nil in JSON.
    package var line: Int?

    package init(_ value: Value, line: Int? = nil) {
        self.value = value
        self.line = line
    }

    /// The tree of a parsed value; its depth is bounded by the parser's.
    init(_ tokens: JSONTokens, _ index: Int) {
        switch tokens.kind(index) {
        case .yes: value = .bool(true)
        case .no: value = .bool(false)
        case .number: value = .number(tokens.text(index))
        case .string: value = .string(tokens.text(index))
        case .array:
            var items: [ReferenceNode] = []
            var item = index + 1
            while tokens.kind(item) != .close, tokens.kind(item) != .end {
                items.append(ReferenceNode(tokens, item))
                item = tokens.next(item)
            }
            value = .list(items)
        case .object:
            var entries: [Entry] = []
            var key = index + 1
            while tokens.kind(key) == .key {
                entries.append(Entry(tokens.text(key), ReferenceNode(tokens, key + 1)))
                key = tokens.next(key)
            }
            value = .map(entries)
        case .null, .key, .close, .end: value = .null
        }
    }

    /// The value in words, for messages.
    var described: String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let text): TextLimit.cut(text, to: 64)
        case .string(let text): "\"\(TextLimit.cut(text, to: 64))\(text.utf8.count > 64 ? "…" : "")\""
        case .list: "a list"
        case .map: "an object"
        }
    }
}
