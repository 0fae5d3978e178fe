/// The checks of a candidate that do not depend on the entries before it: rules and pricing, existing transaction, side
/// (R50, R51).
enum EntryChecks {
    /// The first check that fails; nil where all pass.
    static func refusal(_ candidate: SettleCandidate, _ settings: ExpertSettings) -> CandidateOutcome? {
        let asked: Side
        switch candidate.decision.verdict {
        case .requested(let actions):
            guard let entry = actions.entry else { return .nothingToDo(errors: candidate.decision.errors) }
            asked = entry
        case .conditionsNotMet: return .nothingToDo(errors: nil)
        case .evaluationError(let message): return .nothingToDo(errors: message)
        }
        if let position = candidate.position, position.status.isActive {
            let message = "existing transaction \(position.id) in \(position.status.rawValue) status"
            return .skip(reason: .existingTransaction, message: message, existing: position)
        }
        let side = candidate.recommendation.side
        guard asked == side else {
            let message = "the rules ask for \(asked.rawValue), the recommendation is for \(side.rawValue)"
            return .skip(reason: .sideNotPermitted, message: message, existing: nil)
        }
        guard side == .buy ? settings.enableBuy : settings.enableSell else {
            let message = "\(side == .buy ? "enable_buy" : "enable_sell") is false"
            return .skip(reason: .sideNotPermitted, message: message, existing: nil)
        }
        return nil
    }
}

extension SettleCandidate {
    /// What the rules ask for; nil where they ask for nothing.
    var requested: RequestedActions? {
        if case .requested(let actions) = decision.verdict { return actions }
        return nil
    }
}
