package import TradeCore

/// Asks what came before a recommendation of an expert, in its symbol.
package struct HistoryQuestion: Hashable, Sendable {
    package var symbol: Symbol
    package var createdAt: Timestamp
    package var id: RecommendationID

    package init(symbol: Symbol, createdAt: Timestamp, id: RecommendationID) {
        self.symbol = symbol
        self.createdAt = createdAt
        self.id = id
    }

    /// Whether a recommendation comes before the one that is asked about, by (`created_at`, id).
    package func follows(_ other: PreviousRecommendation) -> Bool {
        (other.createdAt, other.id) < (createdAt, id)
    }
}

/// The answer to a `HistoryQuestion`.
package struct HistoryAnswer: Hashable, Sendable {
    /// Of all recommendations in the inbox for the expert and symbol, of either use case, decided or not, the one with the
    /// greatest (`created_at`, id) below the question's; of several the one that was taken in last (R40).
    package var previous: PreviousRecommendation?
    /// The expert's last closes in the symbol (R45).
    package var lastCloses: LastCloses

    package init(previous: PreviousRecommendation?, lastCloses: LastCloses) {
        self.previous = previous
        self.lastCloses = lastCloses
    }
}
