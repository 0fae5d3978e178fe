package import TradePipeline

/// A recommendation of the inbox with what became of it.
package struct StoredRecommendation: Sendable {
    package let recommendation: PendingRecommendation
    /// Nil: it is not decided yet.
    package let outcome: RecommendationOutcome?
}
