/// What rules see of the recommendation before the one under evaluation: where it stands in time, and its rating (R40).
package struct PreviousRecommendation: Hashable, Sendable {
    package var createdAt: Timestamp
    package var id: RecommendationID
    package var action: RecommendedAction

    package init(createdAt: Timestamp, id: RecommendationID, action: RecommendedAction) {
        self.createdAt = createdAt
        self.id = id
        self.action = action
    }

    package init(_ recommendation: Recommendation) {
        self.init(createdAt: recommendation.createdAt, id: recommendation.id, action: recommendation.action)
    }

    /// Whether it comes before another one. Two use cases may have recommendations with one time and id: neither comes before the
    /// other.
    package func precedes(_ other: PreviousRecommendation) -> Bool { (createdAt, id) < (other.createdAt, other.id) }
}
