import TradeContracts
import TradeCore
import TradePipeline

/// Writes recommendations and their outcomes.
struct RecommendationWriter {
    private let connection: Connection
    private let insertion: Statement
    private let decision: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        self.connection = connection
        insertion = try connection.statement(
            "INSERT INTO recommendations(\(RecommendationRows.columns)) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        decision = try connection.statement(
            "UPDATE recommendations SET outcome = ?, run = ? WHERE number = ? AND outcome IS NULL")
    }

    func insert(_ pending: PendingRecommendation) throws(SQLiteFailure) {
        let row = insertion
        let recommendation = pending.recommendation
        row.bind(1, integer: pending.number)
        row.bind(2, integer: pending.event.number)
        row.bind(3, integer: pending.event.expert.rawValue)
        row.bind(4, integer: pending.event.useCase.code)
        row.bind(5, integer: recommendation.id.rawValue)
        row.bind(6, text: recommendation.symbol.text)
        row.bind(7, integer: recommendation.action.code)
        row.bind(8, integer: recommendation.confidence?.billionths)
        row.bind(9, integer: recommendation.expectedProfitPercent?.billionths)
        row.bind(10, integer: recommendation.priceAtDate.billionths)
        row.bind(11, integer: recommendation.targetPrice?.billionths)
        row.bind(12, integer: recommendation.riskLevel?.code)
        row.bind(13, integer: recommendation.timeHorizon?.code)
        row.bind(14, integer: recommendation.marketAnalysisID)
        row.bind(15, integer: recommendation.createdAt.microseconds)
        try row.run()
    }

    /// Decides one recommendation that is undecided (G2: exactly one outcome).
    func decide(_ outcome: RecommendationOutcome) throws {
        decision.bind(1, integer: Self.code(of: outcome.kind))
        decision.bind(2, integer: outcome.run)
        decision.bind(3, integer: outcome.number)
        try decision.run()
        guard connection.changes == 1 else {
            throw Refusal("recommendation \(outcome.number) is not there, or decided already")
        }
    }

    /// 0 for an order, else the skip reason's code.
    private static func code(of kind: RecommendationOutcome.Kind) -> Int64 {
        switch kind {
        case .ordered: 0
        case .skipped(let reason): reason.code
        }
    }
}
