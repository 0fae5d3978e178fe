import TradeCore

/// Reads one recommendation of an event (R1, R3, R7, R16, R22, R92).
enum RecommendationDecoder {
    private enum Field: Int, FieldName {
        case id
        case symbol
        case action
        case confidence
        case expectedProfit
        case priceAtDate
        case targetPrice
        case riskLevel
        case timeHorizon
        case marketAnalysisID
        case createdAt

        static let table = FieldTable(Field.self)

        var name: StaticString {
            switch self {
            case .id: "id"
            case .symbol: "symbol"
            case .action: "recommended_action"
            case .confidence: "confidence"
            case .expectedProfit: "expected_profit_percent"
            case .priceAtDate: "price_at_date"
            case .targetPrice: "target_price"
            case .riskLevel: "risk_level"
            case .timeHorizon: "time_horizon"
            case .marketAnalysisID: "market_analysis_id"
            case .createdAt: "created_at"
            }
        }
    }

    /// How much later than its event a recommendation may be made: 24 hours (R22).
    private static let longestLead: Int64 = 86_400

    static func recommendation(
        _ tokens: JSONTokens, _ object: Int, _ path: FieldPath, occurredAt: Timestamp
    ) throws(Undecodable) -> Recommendation {
        let fields = ObjectFields<Field>(tokens, object: object, path: path)
        let recommendation = Recommendation(
            id: RecommendationID(try fields.required(.id, fields.integer(.id))),
            symbol: Symbol(try fields.required(.symbol, fields.name(.symbol, limit: WireLimit.symbol))),
            action: try fields.required(.action, fields.enumeration(.action, Wire.actions)),
            confidence: try fields.decimal(.confidence, allowed: "0...100") {
                .zero <= $0 && $0 <= WireLimit.confidence
            },
            expectedProfitPercent: try fields.decimal(.expectedProfit, allowed: "-1000000...1000000") {
                $0.billionths.magnitude <= WireLimit.profit.billionths.magnitude
            },
            priceAtDate: try fields.required(.priceAtDate, price(fields, .priceAtDate)),
            targetPrice: try price(fields, .targetPrice),
            riskLevel: try fields.enumeration(.riskLevel, Wire.riskLevels),
            timeHorizon: try fields.enumeration(.timeHorizon, Wire.timeHorizons),
            marketAnalysisID: try fields.integer(.marketAnalysisID),
            createdAt: try fields.required(.createdAt, fields.instant(.createdAt)))
        guard recommendation.createdAt <= occurredAt.advanced(bySeconds: longestLead) else {
            throw fields.invalid(.createdAt, "at most 24 hours after the event's occurred_at")
        }
        return recommendation
    }

    private static func price(_ fields: ObjectFields<Field>, _ field: Field) throws(Undecodable) -> Fixed9? {
        try fields.decimal(field, allowed: "above 0 and at most 1000000000") { .zero < $0 && $0 <= WireLimit.price }
    }
}

/// What values of records may be at most (R3, R92).
enum WireLimit {
    /// Bytes of UTF-8.
    static let symbol = 64
    /// 10^9.
    static let price = Fixed9(billionths: 1_000_000_000_000_000_000)
    /// Percent.
    static let confidence = Fixed9(billionths: 100_000_000_000)
    /// Percent, of either sign: 10^6.
    static let profit = Fixed9(billionths: 1_000_000_000_000_000)
}
