/// The conditions without an operand (domain.md, Conditions). What is absent makes a flag false, without an error (R32).
enum FlagCondition: Hashable, Sendable {
    case bullish
    case bearish
    case hasNoPosition
    case hasPosition
    case hasPositionOnSide(Side)
    case ratingUpgraded
    case ratingDowngraded
    case ratingChange(from: RecommendedAction, to: RecommendedAction)
    case currentRating(RecommendedAction)
    case horizon(TimeHorizon)
    case risk(RiskLevel)
    case newTargetHigher
    case newTargetLower

    /// Whether it looks at the previous recommendation (R40).
    var readsHistory: Bool {
        switch self {
        case .ratingUpgraded, .ratingDowngraded, .ratingChange: true
        case .bullish, .bearish, .hasNoPosition, .hasPosition, .hasPositionOnSide, .currentRating, .horizon, .risk,
            .newTargetHigher, .newTargetLower:
            false
        }
    }

    /// The condition of this name, nil where no flag has it.
    init?(name: String) {
        guard let condition = FlagCondition.byName[name] else { return nil }
        self = condition
    }

    /// Every flag by its name; the nine rating changes are the pairs of negative, neutral and positive (R39).
    private static let byName: [String: FlagCondition] = {
        var names: [String: FlagCondition] = [
            "bullish": .bullish,
            "bearish": .bearish,
            "has_no_position": .hasNoPosition,
            "has_position": .hasPosition,
            "has_buy_position": .hasPositionOnSide(.buy),
            "has_sell_position": .hasPositionOnSide(.sell),
            "rating_upgraded": .ratingUpgraded,
            "rating_downgraded": .ratingDowngraded,
            "current_rating_overweight": .currentRating(.overweight),
            "current_rating_underweight": .currentRating(.underweight),
            "short_term": .horizon(.shortTerm),
            "medium_term": .horizon(.mediumTerm),
            "long_term": .horizon(.longTerm),
            "lowrisk": .risk(.low),
            "mediumrisk": .risk(.medium),
            "highrisk": .risk(.high),
            "new_target_higher": .newTargetHigher,
            "new_target_lower": .newTargetLower,
        ]
        let ratings: [(name: String, action: RecommendedAction)] = [
            ("negative", .sell), ("neutral", .hold), ("positive", .buy),
        ]
        for current in ratings {
            names["current_rating_\(current.name)"] = .currentRating(current.action)
            for previous in ratings {
                names["rating_\(previous.name)_to_\(current.name)"] =
                    .ratingChange(from: previous.action, to: current.action)
            }
        }
        return names
    }()

    /// Throws where the target leaves the range of arithmetic, which is an error of the rule (R65).
    func holds(for subject: EvaluationSubject) throws(ArithmeticOverflow) -> Bool {
        let recommendation = subject.recommendation
        switch self {
        case .bullish: return recommendation.action == .buy
        case .bearish: return recommendation.action == .sell
        case .hasNoPosition: return subject.activePosition == nil
        case .hasPosition: return subject.activePosition != nil
        case .hasPositionOnSide(let side): return subject.activePosition?.side == side
        case .ratingUpgraded: return subject.ratingStep > 0
        case .ratingDowngraded: return subject.ratingStep < 0
        case .ratingChange(let from, let to):
            return subject.previous?.action == from && recommendation.action == to
        case .currentRating(let rating): return recommendation.action == rating
        case .horizon(let horizon): return recommendation.timeHorizon == horizon
        case .risk(let level): return recommendation.riskLevel == level
        case .newTargetHigher: return try FlagCondition.targetMove(subject, beyond: 1)
        case .newTargetLower: return try FlagCondition.targetMove(subject, beyond: -1)
        }
    }

    /// Whether the new target is more than 2 % above (`direction` 1) or below (-1) the latest take-profit, strictly (R44):
    /// (n − t) / t > 0.02 is 50 × (n − t) > t, without a quotient.
    private static func targetMove(
        _ subject: EvaluationSubject, beyond direction: Int64
    ) throws(ArithmeticOverflow) -> Bool {
        guard let new = try subject.target, let takeProfit = subject.activePosition?.takeProfit,
            takeProfit > .zero
        else { return false }
        let current = ExactDecimal(takeProfit)
        return try new.subtracting(current).multiplied(by: ExactDecimal(50 * direction)) > current
    }
}

extension EvaluationSubject {
    /// How the rating moved: above 0 upgraded, below 0 downgraded; 0 where it did not or one of the two is no rating (R39).
    fileprivate var ratingStep: Int {
        guard let before = previous?.action.rank, let now = recommendation.action.rank else { return 0 }
        return now - before
    }
}

extension RecommendedAction {
    /// SELL < UNDERWEIGHT < HOLD < OVERWEIGHT < BUY; ERROR has no place among them (R39).
    fileprivate var rank: Int? {
        switch self {
        case .sell: 0
        case .underweight: 1
        case .hold: 2
        case .overweight: 3
        case .buy: 4
        case .error: nil
        }
    }
}
