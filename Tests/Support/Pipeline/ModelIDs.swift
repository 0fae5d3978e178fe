package import TradeCore

/// Ids that a test can read: derived from what they identify, as R81 asks.
package enum ModelIDs {
    package static func position(_ expert: ExpertID, _ recommendation: RecommendationID) -> UniqueID {
        UniqueID(high: UInt64(bitPattern: expert.rawValue), low: UInt64(bitPattern: recommendation.rawValue))
    }

    package static func order(
        _ key: ExpertUseCase, entry: RecommendationID, _ recommendation: RecommendationID, _ role: OrderRole
    ) -> UniqueID {
        let place = OrderRole.allCases.firstIndex(of: role) ?? 0
        let useCase: Int64 = key.useCase == .enterMarket ? 1 : 2
        return UniqueID(
            high: UInt64(bitPattern: key.expert.rawValue << 8 | useCase << 4 | Int64(place)),
            low: UInt64(bitPattern: entry.rawValue << 32 | recommendation.rawValue))
    }

    package static func candidate(_ key: ExpertUseCase, _ subject: EvaluationSubject) -> CandidateIDs {
        let recommendation = subject.recommendation.id
        let entry = subject.position?.recommendation ?? recommendation
        return CandidateIDs(
            position: position(key.expert, entry),
            orders: OrderRole.allCases.map { order(key, entry: entry, recommendation, $0) })
    }
}
