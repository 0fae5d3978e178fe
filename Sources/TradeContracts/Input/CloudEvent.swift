import TradeCore

/// The attributes of a CloudEvent that count (R11), and where its data stands.
struct CloudEvent {
    /// Nil in plain JSON: `event_id` serves.
    var id: String?
    var source = ""
    private var time: (() throws(Undecodable) -> Timestamp?)?
    /// The index of the data, an object.
    var data = 0
    var path = FieldPath.root

    /// The field, or else the CloudEvent's time; nil where both are absent (R11).
    func time<Field: FieldName>(_ field: Field, of fields: ObjectFields<Field>) throws(Undecodable) -> Timestamp? {
        if let instant = try fields.instant(field) { return instant }
        return try time?()
    }

    /// The longest id, in bytes of UTF-8 (R92).
    static let longestID = 256

    init(_ headers: InputHeaders, _ tokens: JSONTokens) throws(Undecodable) {
        switch headers.mode {
        case .plain: break
        case .binary:
            id = try CloudEvent.header("ce_id", headers.id, limit: CloudEvent.longestID)
            source = try CloudEvent.header("ce_source", headers.source, limit: .max) ?? ""
            guard let text = headers.time else { break }
            time = { () throws(Undecodable) -> Timestamp? in
                guard let time = RFC3339.parse(text) else {
                    throw Undecodable(.invalidValue, "header ce_time is no time of RFC 3339")
                }
                return time
            }
        case .structured:
            let fields = ObjectFields<Field>(tokens, object: 0, path: .root)
            if let version = try fields.string(.specversion), !version.isEqual(to: "1.0") {
                throw Undecodable(
                    .unsupportedVersion,
                    "specversion is \(fields.value(.specversion).map(tokens.described) ?? ""), allowed: 1.0")
            }
            id = try fields.required(.id, fields.name(.id, limit: CloudEvent.longestID))
            if let bytes = try fields.string(.source) {
                guard !bytes.contains(0) else { throw fields.invalid(.source, "a string without U+0000") }
                source = String(decoding: bytes, as: UTF8.self)
            }
            time = { () throws(Undecodable) -> Timestamp? in try fields.instant(.time) }
            data = try fields.required(.data, fields.value(.data))
            guard tokens.kind(data) == .object else { throw fields.wrongType(.data, "an object") }
            path = .data
        }
    }

    private enum Field: Int, FieldName {
        case specversion
        case id
        case source
        case time
        case data

        static let table = FieldTable(Field.self)

        var name: StaticString {
            switch self {
            case .specversion: "specversion"
            case .id: "id"
            case .source: "source"
            case .time: "time"
            case .data: "data"
            }
        }
    }

    private static func header(
        _ name: StaticString, _ bytes: UnsafeRawBufferPointer?, limit: Int
    ) throws(Undecodable) -> String? {
        guard let bytes else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw Undecodable(.invalidValue, "header \(name) is not UTF-8 without U+0000, and no identity")
        }
        guard bytes.count <= limit else {
            throw Undecodable(.invalidValue, "header \(name) has \(bytes.count) bytes, allowed: at most \(limit)")
        }
        return text
    }
}
