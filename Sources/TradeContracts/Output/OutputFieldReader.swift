/// Reads published orders and skips back, for comparisons: their fields as text. One a thread: it keeps the parser's buffers.
package final class OutputFieldReader {
    /// A field of the value's object: strings unescaped, numbers as written, nested values as their parts in order.
    package struct Field: Hashable, Sendable {
        package var name: String
        /// Nil: null.
        package var text: String?
    }

    let parser = JSONParser()

    package init() {}

    /// The fields in their order; none where the value is no JSON object.
    package func fields(of value: [UInt8]) -> [Field] {
        value.withUnsafeBytes { bytes in
            guard let tokens = try? parser.parse(bytes) else { return [] }
            var fields: [Field] = []
            var index = 1
            while tokens.kind(index) == .key {
                fields.append(Field(name: tokens.text(index), text: OutputFieldReader.text(tokens, index + 1)))
                index = tokens.next(index + 1)
            }
            return fields
        }
    }

    private static func text(_ tokens: JSONTokens, _ index: Int) -> String? {
        switch tokens.kind(index) {
        case .null: nil
        case .string, .number: tokens.text(index)
        case .yes: "true"
        case .no: "false"
        default:
            (index + 1..<max(index + 1, tokens.next(index))).map { part in
                switch tokens.kind(part) {
                case .null: "null"
                case .yes: "true"
                case .no: "false"
                default: tokens.text(part)
                }
            }.filter { !$0.isEmpty }.joined(separator: " ")
        }
    }
}
