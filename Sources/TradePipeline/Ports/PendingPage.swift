package import TradeCore

/// A part of what is pending of a key: whole symbols, so that the latest of each is among them (G7, R25).
///
/// Symbols come by their lowest number, as many as fit into the limit. Where the first alone does not fit, the page is a part of
/// it: its latest by (`created_at`, id), among those that are not ERROR (R24), and besides that the lowest numbers.
package struct PendingPage: Sendable {
    /// By number.
    package var recommendations: [PendingRecommendation]
    /// Whether others of the key are pending.
    package var hasMore: Bool
    /// The symbol that the page is only a part of: its latest is not decided before the others are.
    package var partial: Symbol?

    package init(recommendations: [PendingRecommendation], hasMore: Bool, partial: Symbol? = nil) {
        self.recommendations = recommendations
        self.hasMore = hasMore
        self.partial = partial
    }

    /// The page of all that is pending of a key, `pending`, by number: what every store has to answer.
    package init(of pending: [PendingRecommendation], limit: Int) {
        let limit = max(2, limit)
        var bySymbol: [Symbol: [PendingRecommendation]] = [:]
        var order: [Symbol] = []
        for recommendation in pending {
            let symbol = recommendation.recommendation.symbol
            if bySymbol[symbol] == nil { order.append(symbol) }
            bySymbol[symbol, default: []].append(recommendation)
        }
        var page: [PendingRecommendation] = []
        for symbol in order {
            let own = bySymbol[symbol, default: []]
            if page.isEmpty, own.count > limit {
                self.init(recommendations: PendingPage.part(of: own, limit: limit), hasMore: true, partial: symbol)
                return
            }
            if page.count + own.count > limit { break }
            page += own
        }
        page.sort { $0.number < $1.number }
        self.init(recommendations: page, hasMore: page.count < pending.count)
    }

    private static func part(of symbol: [PendingRecommendation], limit: Int) -> [PendingRecommendation] {
        let latest = symbol.filter { $0.recommendation.action != .error }.max { left, right in
            (left.recommendation.createdAt, left.recommendation.id) < (
                right.recommendation.createdAt, right.recommendation.id
            )
        }
        guard let latest else { return Array(symbol.prefix(limit)) }
        let others = symbol.lazy.filter { $0.number != latest.number }.prefix(limit - 1)
        return (Array(others) + [latest]).sorted { $0.number < $1.number }
    }
}
