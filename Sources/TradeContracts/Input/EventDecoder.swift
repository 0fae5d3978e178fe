import TradeCore

/// Reads an `analysis-completed` event from its tokens (design §5, R1–R16, R22, R92).
enum EventDecoder {
    private enum Field: Int, FieldName {
        case schemaVersion
        case eventID
        case occurredAt
        case expert
        case account
        case useCase
        case trigger
        case correlationID
        case lookbackDays
        case recommendations

        static let table = FieldTable(Field.self)

        var name: StaticString {
            switch self {
            case .schemaVersion: "schema_version"
            case .eventID: "event_id"
            case .occurredAt: "occurred_at"
            case .expert: "expert_instance_id"
            case .account: "account_id"
            case .useCase: "use_case"
            case .trigger: "trigger"
            case .correlationID: "correlation_id"
            case .lookbackDays: "lookback_days"
            case .recommendations: "recommendations"
            }
        }
    }

    /// The longest `trigger`, in bytes of UTF-8 (R15).
    private static let longestTrigger = 64

    static func event(_ tokens: JSONTokens, _ headers: InputHeaders) throws(Undecodable) -> AnalysisEvent {
        let cloudEvent = try CloudEvent(headers, tokens)
        let fields = ObjectFields<Field>(tokens, object: cloudEvent.data, path: cloudEvent.path)
        try fields.checkVersion(.schemaVersion)
        let eventID = try fields.name(.eventID, limit: CloudEvent.longestID)
        let id = try fields.required(.eventID, cloudEvent.id ?? eventID)
        let occurredAt = try fields.required(.occurredAt, cloudEvent.time(.occurredAt, of: fields))
        let expert = try fields.required(.expert, fields.integer(.expert))
        let useCase = try fields.required(.useCase, fields.enumeration(.useCase, Wire.useCases))
        let lookbackDays = try fields.integer(.lookbackDays, in: 1...3_650) ?? 1
        try checkUnused(fields)
        return AnalysisEvent(
            identity: EventIdentity(id: id, source: cloudEvent.source), occurredAt: occurredAt,
            expert: ExpertID(expert), useCase: useCase, lookbackDays: lookbackDays,
            recommendations: try recommendations(fields, cloudEvent.path, occurredAt: occurredAt),
            trace: headers.trace)
    }

    /// Fields that decide nothing (R14, R15) and still must be what they are said to be (R2).
    private static func checkUnused(_ fields: ObjectFields<Field>) throws(Undecodable) {
        _ = try fields.integer(.account)
        _ = try fields.string(.correlationID)
        if let trigger = try fields.string(.trigger), trigger.count > longestTrigger {
            throw fields.invalid(.trigger, "at most \(longestTrigger) bytes, it has \(trigger.count)")
        }
    }

    private static func recommendations(
        _ fields: ObjectFields<Field>, _ path: FieldPath, occurredAt: Timestamp
    ) throws(Undecodable) -> [Recommendation] {
        guard let list = fields.value(.recommendations) else { return [] }
        let tokens = fields.tokens
        guard tokens.kind(list) == .array else { throw fields.wrongType(.recommendations, "an array") }
        var result: [Recommendation] = []
        var inData = false
        if case .data = path { inData = true }
        var index = list + 1
        while tokens.kind(index) != .close, tokens.kind(index) != .end {
            let path = FieldPath.recommendation(result.count, inData: inData)
            guard tokens.kind(index) == .object else {
                throw Undecodable(.wrongType, "\(path.name) is \(tokens.described(index)), allowed: an object")
            }
            result.append(try RecommendationDecoder.recommendation(tokens, index, path, occurredAt: occurredAt))
            index = tokens.next(index)
        }
        if let twice = firstRepeated(result) {
            throw Undecodable(
                .invalidValue, "\(path.name(of: Field.recommendations.name)): id \(twice) is given twice")
        }
        return result
    }

    /// An id that two recommendations have (R13).
    private static func firstRepeated(_ recommendations: [Recommendation]) -> RecommendationID? {
        guard recommendations.count > 1 else { return nil }
        let ids = recommendations.map(\.id).sorted()
        return zip(ids, ids.dropFirst()).first { $0 == $1 }?.0
    }
}
