import Foundation
package import Settings
import TradeContracts
package import TradeCore

/// Reads the reference file that the configuration names (design §5; R20, R49).
package enum ReferenceFileReader {
    /// What the file sets; throws a `ConfigurationError` that names file, line, path and what is allowed.
    package static func changes(_ path: Sourced<ConfiguredPath?>) throws -> [ReferenceChange] {
        guard let file = path.wrappedValue?.path else { return [] }
        func problem(_ message: String) -> ConfigurationError {
            ConfigurationError(key: "reference.file", from: path.source, "\(file): \(message)")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw problem("can't be read; allowed: a YAML file with accounts, experts and rulesets")
        }
        let root = try YAMLParser.parse(Array(data), file: file)
        do {
            return try ReferenceFile.changes(ReferenceNode(root))
        } catch {
            throw problem(error.description)
        }
    }
}

extension ReferenceNode {
    /// A YAML tree as reference data reads it: a scalar without quotes is what JSON would take it for.
    init(_ node: YAMLNode) {
        let value: Value =
            switch node.content {
            case .scalar where node.isNull: .null
            case .scalar(let text, isQuoted: true): .string(text)
            case .scalar("true", _): .bool(true)
            case .scalar("false", _): .bool(false)
            case .scalar(let text, _): ReferenceNode.isNumber(text) ? .number(text) : .string(text)
            case .list(let nodes): .list(nodes.map { ReferenceNode($0) })
            case .map(let entries): .map(entries.map { Entry($0.key, ReferenceNode($0.value)) })
            }
        self.init(value, line: node.line)
    }

    /// Whether a text is a number as JSON spells it (RFC 8259, section 6).
    private static func isNumber(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let startsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole == 1 || whole > 1 && !startsWithZero else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let exponent = rest.first, exponent == UInt8(ascii: "e") || exponent == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
