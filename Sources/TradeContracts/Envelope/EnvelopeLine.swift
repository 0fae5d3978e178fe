import FoundationEssentials
import TradeCore

/// Reads one line of a file of records (R17): an object as `kcat -J` prints it.
///
/// Beyond that form, which has only text: `payload_base64`, `key_base64` and `headers_base64` carry what is not UTF-8.
final class EnvelopeLine {
    private enum Field: Int, FieldName {
        case topic
        case partition
        case offset
        case timestamp
        case headers
        case key
        case payload
        case payloadBase64
        case keyBase64
        case headersBase64

        static let table = FieldTable(Field.self)

        var name: StaticString {
            switch self {
            case .topic: "topic"
            case .partition: "partition"
            case .offset: "offset"
            case .timestamp: "ts"
            case .headers: "headers"
            case .key: "key"
            case .payload: "payload"
            case .payloadBase64: "payload_base64"
            case .keyBase64: "key_base64"
            case .headersBase64: "headers_base64"
            }
        }
    }

    private let parser = JSONParser()

    func record(_ line: UnsafeRawBufferPointer) throws(Undecodable) -> EnvelopeRecord {
        let fields = ObjectFields<Field>(try tokens(line), object: 0, path: .root)
        let timestamp = try fields.integer(.timestamp, in: -1 ... .max)
        return EnvelopeRecord(
            topic: try fields.required(.topic, fields.name(.topic, limit: 249)),
            partition: Int32(
                truncatingIfNeeded: try fields.required(
                    .partition, fields.integer(.partition, in: 0...Int64(Int32.max)))),
            offset: try fields.required(.offset, fields.integer(.offset, in: 0 ... .max - 1)),
            timestamp: timestamp == -1 ? nil : timestamp,
            key: try bytes(fields, .key, .keyBase64),
            value: try bytes(fields, .payload, .payloadBase64),
            headers: try headers(fields))
    }

    private func tokens(_ line: UnsafeRawBufferPointer) throws(Undecodable) -> JSONTokens {
        do throws(JSONParser.Problem) {
            return try parser.parse(line)
        } catch {
            let text = String(validating: line, as: UTF8.self)
            throw Undecodable(
                .malformed,
                text == nil
                    ? "not UTF-8 (kcat prints other bytes as they are): what is not UTF-8 belongs into payload_base64"
                    : "not a record as kcat -J prints it: \(error)")
        }
    }

    /// A field's text, or what its base64 twin holds; nil where both are absent or null.
    private func bytes(
        _ fields: ObjectFields<Field>, _ text: Field, _ base64: Field
    ) throws(Undecodable) -> [UInt8]? {
        let plain = try fields.string(text)
        guard let encoded = try fields.string(base64) else { return plain.map(Array.init) }
        guard plain == nil else { throw fields.invalid(base64, "only one of \(text.name) and \(base64.name)") }
        guard let bytes = EnvelopeLine.decode(encoded) else { throw fields.invalid(base64, "base64 with padding") }
        return bytes
    }

    private func headers(_ fields: ObjectFields<Field>) throws(Undecodable) -> [UInt8] {
        let isBase64 = fields.value(.headersBase64) != nil
        let field = isBase64 ? Field.headersBase64 : .headers
        guard let list = fields.value(field) else { return [] }
        if isBase64, fields.value(.headers) != nil {
            throw fields.invalid(field, "only one of headers and headers_base64")
        }
        let tokens = fields.tokens
        guard tokens.kind(list) == .array else { throw fields.wrongType(field, "a flat list of names and values") }
        var block: [UInt8] = []
        var index = list + 1
        while tokens.kind(index) == .string {
            let name = try text(fields, field, index, isBase64)
            let value = tokens.next(index)
            switch tokens.kind(value) {
            case .string:
                HeaderBlock.append(name: name, value: try text(fields, field, value, isBase64), to: &block)
            case .null: HeaderBlock.append(name: name, value: nil as [UInt8]?, to: &block)
            default: throw fields.invalid(field, "a string or null for each name's value")
            }
            index = tokens.next(value)
        }
        guard tokens.kind(index) == .close else { throw fields.invalid(field, "strings as names") }
        return block
    }

    private func text(
        _ fields: ObjectFields<Field>, _ field: Field, _ index: Int, _ isBase64: Bool
    ) throws(Undecodable) -> [UInt8] {
        let bytes = fields.tokens.bytes(index)
        guard isBase64 else { return Array(bytes) }
        guard let decoded = EnvelopeLine.decode(bytes) else { throw fields.invalid(field, "base64 with padding") }
        return decoded
    }

    private static func decode(_ base64: UnsafeRawBufferPointer) -> [UInt8]? {
        Data(base64Encoded: Data(base64)).map(Array.init)
    }
}
