import TradeContracts
import TradeCore
import TradePipeline

/// Recommendations of the inbox with their outcomes (G2).
struct RecommendationRows {
    private let byKey: Statement
    private let undecided: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        byKey = try connection.statement(
            "SELECT 1 FROM recommendations WHERE expert = ? AND use_case = ? AND id = ?")
        undecided = try connection.statement(
            "SELECT \(Self.columns) FROM recommendations WHERE expert = ? AND use_case = ? AND outcome IS NULL "
                + "ORDER BY number LIMIT ?")
    }

    func contains(_ key: RecommendationKey) throws(SQLiteFailure) -> Bool {
        byKey.bind(1, integer: key.key.expert.rawValue)
        byKey.bind(2, integer: key.key.useCase.code)
        byKey.bind(3, integer: key.id.rawValue)
        defer { byKey.reset() }
        return try byKey.step()
    }

    /// The undecided ones of a key by number, at most `limit`; those of one event share its reference.
    func pending(of key: ExpertUseCase, limit: Int, events: inout SharedEvents) throws -> [PendingRecommendation] {
        undecided.bind(1, integer: key.expert.rawValue)
        undecided.bind(2, integer: key.useCase.code)
        undecided.bind(3, integer: Int64(max(0, limit)))
        defer { undecided.reset() }
        var result: [PendingRecommendation] = []
        while try undecided.step() { result.append(try Self.read(undecided, events: &events)) }
        return result
    }

    static let columns =
        "number, event, expert, use_case, id, symbol, action, confidence, expected_profit, price, target, risk, horizon, "
        + "analysis, created_at"

    /// The symbol in a row of `columns`.
    static func symbol(_ row: Statement) -> Symbol { Symbol(row.text(5)) }

    /// The recommendation in a row of `columns`.
    static func read(_ row: Statement, events: inout SharedEvents) throws -> PendingRecommendation {
        let number = row.integer(0)
        let event = try events.event(number: row.integer(1))
        guard let action = RecommendedAction(code: row.integer(6)), row.integer(2) == event.expert.rawValue,
            row.integer(3) == event.useCase.code
        else { throw DamagedRow("recommendation \(number) has an unknown action, or another key than its event") }
        let risk = try row.optionalInteger(11).map { try known($0, RiskLevel.self, number) }
        let horizon = try row.optionalInteger(12).map { try known($0, TimeHorizon.self, number) }
        let recommendation = Recommendation(
            id: RecommendationID(row.integer(4)), symbol: symbol(row), action: action,
            confidence: row.optionalInteger(7).map(Fixed9.init(billionths:)),
            expectedProfitPercent: row.optionalInteger(8).map(Fixed9.init(billionths:)),
            priceAtDate: Fixed9(billionths: row.integer(9)),
            targetPrice: row.optionalInteger(10).map(Fixed9.init(billionths:)), riskLevel: risk,
            timeHorizon: horizon, marketAnalysisID: row.optionalInteger(13),
            createdAt: Timestamp(microseconds: row.integer(14)))
        return PendingRecommendation(number: number, event: event, recommendation: recommendation)
    }

    private static func known<Code: StoreCode>(_ code: Int64, _ type: Code.Type, _ number: Int64) throws -> Code {
        guard let found = Code(code: code) else {
            throw DamagedRow("recommendation \(number) has an unknown \(type) \(code)")
        }
        return found
    }
}
