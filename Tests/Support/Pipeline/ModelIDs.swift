import TradeContracts
package import TradeCore

/// The ids that the workers of a test give out: those of R81.
package enum ModelIDs {
    package static func order(
        _ key: ExpertUseCase, entry: RecommendationID, _ recommendation: RecommendationID, _ role: OrderRole
    ) -> UniqueID {
        DerivedID.candidate(
            expert: key.expert, useCase: key.useCase, entryRecommendation: entry, recommendation: recommendation
        ).order(role)
    }

    package static func candidate(_ key: ExpertUseCase, _ subject: EvaluationSubject) -> CandidateIDs {
        let recommendation = subject.recommendation.id
        return DerivedID.candidate(
            expert: key.expert, useCase: key.useCase,
            entryRecommendation: subject.position?.recommendation ?? recommendation, recommendation: recommendation)
    }
}
