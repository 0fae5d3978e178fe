/// A value of a YAML document, with where it stands.
///
/// Scalars keep their text: what `70`, `0.1` or `true` mean is up to whoever reads them, so no decimal ever passes through a
/// `Double`.
package struct YAMLNode: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// The text, and whether it stood in quotes or in a block (then it is text, whatever it looks like).
        case scalar(String, isQuoted: Bool)
        case list([YAMLNode])
        /// In the order of the document; no key occurs twice.
        case map([Entry])
    }

    /// A key of a map with its value.
    package struct Entry: Hashable, Sendable {
        package var key: String
        /// Counted from 1.
        package var line: Int
        package var value: YAMLNode

        package init(key: String, line: Int, value: YAMLNode) {
            self.key = key
            self.line = line
            self.value = value
        }
    }

    package var content: Content
    /// Counted from 1; 0 for a node that comes from no file.
    package var line: Int
    package var column: Int

    package init(_ content: Content, line: Int = 0, column: Int = 0) {
        self.content = content
        self.line = line
        self.column = column
    }

    /// Whether it is the null of YAML 1.2: nothing, `~` or `null`, not in quotes.
    package var isNull: Bool {
        guard case .scalar(let text, isQuoted: false) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What it is, in words for a message; long text is cut.
    package var summary: String {
        switch content {
        case .scalar where isNull: "null"
        case .scalar(let text, let isQuoted):
            (isQuoted ? "\"" : "") + text.prefix(80) + (text.count > 80 ? "…" : "") + (isQuoted ? "\"" : "")
        case .list(let nodes): "a list of \(nodes.count)"
        case .map(let entries): "a map of \(entries.count)"
        }
    }
}
