import TradeCore
import TradePipeline

/// What came before a recommendation of an expert in its symbol (R40, R45).
struct HistoryRows {
    private let previous: Statement
    private let closes: Statement

    /// A close is profitable where the price moved to the side's advantage (R45).
    static let gain = "close_price <> price AND (close_price > price) = (side = \(Side.buy.code))"
    static let loss = "close_price <> price AND (close_price > price) <> (side = \(Side.buy.code))"

    init(_ connection: Connection) throws(SQLiteFailure) {
        previous = try connection.statement(
            "SELECT created_at, id, action FROM recommendations INDEXED BY recommendations_by_symbol "
                + "WHERE expert = ?1 AND symbol = ?2 AND (created_at, id) < (?3, ?4) "
                + "ORDER BY created_at DESC, id DESC, number DESC LIMIT 1")
        closes = try connection.statement(
            "SELECT max(closed_at), max(CASE WHEN \(Self.gain) THEN closed_at END), max(CASE WHEN \(Self.loss) THEN closed_at END) "
                + "FROM positions INDEXED BY positions_closed WHERE expert = ?1 AND symbol = ?2 AND status = 4")
    }

    func answer(_ question: HistoryQuestion, of expert: ExpertID) throws -> HistoryAnswer {
        HistoryAnswer(
            previous: try previous(question, of: expert), lastCloses: try lastCloses(question.symbol, of: expert))
    }

    private func previous(_ question: HistoryQuestion, of expert: ExpertID) throws -> PreviousRecommendation? {
        previous.bind(1, integer: expert.rawValue)
        previous.bind(2, text: question.symbol.text)
        previous.bind(3, integer: question.createdAt.microseconds)
        previous.bind(4, integer: question.id.rawValue)
        defer { previous.reset() }
        guard try previous.step() else { return nil }
        let id = RecommendationID(previous.integer(1))
        guard let action = RecommendedAction(code: previous.integer(2)) else {
            throw DamagedRow("recommendation \(id) of expert \(expert) has an unknown action")
        }
        return PreviousRecommendation(
            createdAt: Timestamp(microseconds: previous.integer(0)), id: id, action: action)
    }

    private func lastCloses(_ symbol: Symbol, of expert: ExpertID) throws(SQLiteFailure) -> LastCloses {
        closes.bind(1, integer: expert.rawValue)
        closes.bind(2, text: symbol.text)
        defer { closes.reset() }
        guard try closes.step() else { return LastCloses() }
        func time(_ column: Int32) -> Timestamp? {
            closes.optionalInteger(column).map(Timestamp.init(microseconds:))
        }
        return LastCloses(any: time(0), profitable: time(1), losing: time(2))
    }
}
