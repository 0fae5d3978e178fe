/// What an expert advises for one symbol (design §5). Valid by construction: the decoder has applied R1–R7, R16 and R92.
package struct Recommendation: Hashable, Sendable {
    package var id: RecommendationID
    package var symbol: Symbol
    package var action: RecommendedAction
    /// Percent, 0...100.
    package var confidence: Fixed9?
    /// Percent, within ±10^6.
    package var expectedProfitPercent: Fixed9?
    /// Above 0, at most 10^9; the current price for rules (R42) and the price for sizing (R64).
    package var priceAtDate: Fixed9
    /// Above 0, at most 10^9.
    package var targetPrice: Fixed9?
    package var riskLevel: RiskLevel?
    package var timeHorizon: TimeHorizon?
    package var marketAnalysisID: Int64?
    package var createdAt: Timestamp

    package init(
        id: RecommendationID, symbol: Symbol, action: RecommendedAction, confidence: Fixed9? = nil,
        expectedProfitPercent: Fixed9? = nil, priceAtDate: Fixed9, targetPrice: Fixed9? = nil,
        riskLevel: RiskLevel? = nil, timeHorizon: TimeHorizon? = nil, marketAnalysisID: Int64? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.symbol = symbol
        self.action = action
        self.confidence = confidence
        self.expectedProfitPercent = expectedProfitPercent
        self.priceAtDate = priceAtDate
        self.targetPrice = targetPrice
        self.riskLevel = riskLevel
        self.timeHorizon = timeHorizon
        self.marketAnalysisID = marketAnalysisID
        self.createdAt = createdAt
    }

    /// The side of a trade on this advice: SELL or UNDERWEIGHT sells, every other buys.
    package var side: Side { action == .sell || action == .underweight ? .sell : .buy }
}
