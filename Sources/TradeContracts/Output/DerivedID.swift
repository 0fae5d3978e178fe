package import TradeCore

/// Ids derived from what they identify, so that the same input has the same ids (R81).
package enum DerivedID {
    package static func candidate(
        expert: ExpertID, useCase: UseCase, entryRecommendation: RecommendationID, recommendation: RecommendationID
    ) -> CandidateIDs {
        CandidateIDs(
            position: UniqueID(
                high: UInt64(bitPattern: expert.rawValue), low: UInt64(bitPattern: entryRecommendation.rawValue)),
            orders: [])
    }
}
