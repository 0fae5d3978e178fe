import TradeCore

/// Reads orders back from the records that were made of them. One a thread: it keeps the parser's buffers.
package final class PublishedOrderReader {
    private enum Field: Int, FieldName {
        case order
        case event
        case expert
        case account
        case useCase
        case recommendation
        case position
        case symbol
        case role
        case createdAt
        case expiresAt
        case source

        static let table = FieldTable(Field.self)

        var name: StaticString {
            switch self {
            case .order: "order_id"
            case .event: "event_id"
            case .expert: "expert_instance_id"
            case .account: "account_id"
            case .useCase: "use_case"
            case .recommendation: "recommendation_id"
            case .position: "transaction_id"
            case .symbol: "symbol"
            case .role: "role"
            case .createdAt: "created_at"
            case .expiresAt: "expires_at"
            case .source: "source"
            }
        }
    }

    private enum SourceField: Int, FieldName {
        case topic
        case partition
        case offset

        static let table = FieldTable(SourceField.self)

        var name: StaticString {
            switch self {
            case .topic: "topic"
            case .partition: "partition"
            case .offset: "offset"
            }
        }
    }

    private let topics: TopicNames
    private let parser = JSONParser()

    /// `topics`: the names that the records carry.
    package init(topics: TopicNames) { self.topics = topics }

    /// The order of a record of the orders topic; throws where it is none that this program wrote.
    package func order(_ record: EncodedRecord) throws(Undecodable) -> PublishedOrder {
        let value = record.value ?? []
        let headers = HeaderBlock.headers(of: record.headers)
        let result = value.withUnsafeBytes { bytes in
            Result { () throws(Undecodable) in try order(bytes, headers) }
        }
        return try result.get()
    }

    private func order(_ bytes: UnsafeRawBufferPointer, _ headers: [RecordHeader]) throws(Undecodable) -> PublishedOrder
    {
        guard let tokens = try? parser.parse(bytes) else { throw Undecodable(.malformed, "the order is not JSON") }
        let fields = ObjectFields<Field>(tokens, object: 0, path: .root)
        let role = try fields.required(.role, fields.enumeration(.role, Wire.orderRoles))
        let created = try fields.required(.createdAt, fields.instant(.createdAt))
        return PublishedOrder(
            id: try id(.order, fields), position: try id(.position, fields), role: role,
            event: try event(fields, created, headers),
            account: AccountID(try fields.required(.account, fields.integer(.account))),
            recommendation: RecommendationID(try fields.required(.recommendation, fields.integer(.recommendation))),
            symbol: Symbol(try fields.required(.symbol, fields.name(.symbol, limit: WireLimit.symbol))),
            createdAt: created, expiresAt: try fields.instant(.expiresAt))
    }

    private func id(_ field: Field, _ fields: ObjectFields<Field>) throws(Undecodable) -> UniqueID {
        let bytes = try fields.required(field, fields.string(field))
        guard let id = UniqueID(String(decoding: bytes, as: UTF8.self)) else { throw fields.invalid(field, "a UUID") }
        return id
    }

    private func event(
        _ fields: ObjectFields<Field>, _ created: Timestamp, _ headers: [RecordHeader]
    ) throws(Undecodable) -> EventReference {
        let object = try fields.required(.source, fields.value(.source))
        let source = ObjectFields<SourceField>(fields.tokens, object: object, path: .root)
        let topic = try source.required(.topic, source.string(.topic))
        let partition = try source.required(.partition, source.integer(.partition, in: 0...Int64(Int32.max)))
        let event = try fields.required(.event, fields.name(.event, limit: CloudEvent.longestID))
        let trace = headers.first { $0.name == "traceparent" }?.value
        return EventReference(
            number: 0, identity: EventIdentity(id: event, source: ""),
            address: RecordAddress(
                topic: topics.inputTopic(named: String(decoding: topic, as: UTF8.self)) ?? .analysisCompleted,
                partition: Int32(partition), offset: try source.required(.offset, source.integer(.offset))),
            expert: ExpertID(try fields.required(.expert, fields.integer(.expert))),
            useCase: try fields.required(.useCase, fields.enumeration(.useCase, Wire.useCases)), occurredAt: created,
            lookbackDays: 0,
            trace: (trace ?? nil).map { traceparent in
                TraceHeaders(
                    traceparent: traceparent, tracestate: headers.first { $0.name == "tracestate" }?.value ?? nil)
            })
    }
}
